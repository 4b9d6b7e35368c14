package org.sealane.rdma.verbs;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One opened device with one protection domain. Any thread may call; registering and opening may
 * take milliseconds. Close it last: what it gave out must be closed before.
 */
public interface Verbs extends AutoCloseable {
  /** The provider's name: {@code software}, {@code rdma-core}, {@code disni}. */
  String provider();

  DeviceAttributes attributes();

  /**
   * Allocates memory, all zero, and registers it. For the start of a process, not for the data
   * path.
   *
   * @throws VerbsException {@link VerbsException.Kind#EXHAUSTED} if there is not enough
   */
  MemoryRegion register(long lengthBytes, Set<Access> access) throws VerbsException;

  /**
   * Registers a part of a region once more, with a key and rights of its own that end when it is
   * closed: how rights are given where there are no memory windows. Its memory stays the first
   * region's. Close it before that one.
   */
  MemoryRegion register(Slice part, Set<Access> access) throws VerbsException;

  /**
   * A type 2 memory window, not bound.
   *
   * @throws VerbsException {@link VerbsException.Kind#UNSUPPORTED} if the device has none
   */
  MemoryWindow allocateWindow() throws VerbsException;

  /** Makes a completion queue with room for at least {@code entries}. */
  CompletionQueue createCompletionQueue(int entries) throws VerbsException;

  /**
   * Connects: resolves the route, makes a queue pair, and waits for the peer's answer.
   *
   * @param timeout for all of it
   * @return completes when the connection is established, on a thread of the provider; post
   *     receives before the first send. Fails with a {@link VerbsException}.
   */
  CompletionStage<QueuePair> connect(
      InetSocketAddress address,
      QueuePairSettings settings,
      ConnectParameters offer,
      QueuePair.Listener listener,
      Duration timeout);

  /**
   * Listens; port 0 picks a free one.
   *
   * @param backlog requests that may wait for an answer; more are refused
   * @param requests called for each peer, on a thread of the provider; must not block
   */
  Listener listen(InetSocketAddress address, int backlog, Consumer<ConnectRequest> requests)
      throws VerbsException;

  /** Closes the device and ends the provider's threads. Idempotent. */
  @Override
  void close();

  /** An open listener. Closing it rejects what waits; connections go on. */
  interface Listener extends AutoCloseable {
    InetSocketAddress address();

    @Override
    void close();
  }
}
