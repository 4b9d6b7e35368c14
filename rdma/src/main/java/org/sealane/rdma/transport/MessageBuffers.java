package org.sealane.rdma.transport;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealane.rdma.verbs.Access;
import org.sealane.rdma.verbs.MemoryRegion;
import org.sealane.rdma.verbs.Slice;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.rdma.verbs.VerbsException;

/** Registered buffers for the messages of all connections: a set for each, lent while it lives. */
final class MessageBuffers implements AutoCloseable {
  private final MemoryRegion region;
  private final Deque<Buffers> free = new ArrayDeque<>();

  /**
   * The buffers of one connection.
   *
   * @param receives one for each receive, and one more for the negotiation
   * @param sends one for each message under way
   */
  record Buffers(List<Slice> receives, List<Slice> sends) {}

  MessageBuffers(Verbs verbs, RdmaSettings settings) throws VerbsException {
    int receives = receives(settings);
    int sends = settings.credits();
    long setBytes = (long) (receives + sends) * settings.messageBytes();
    region = verbs.register(setBytes * settings.connectionsMax(), Set.of(Access.LOCAL_WRITE));
    for (int i = 0; i < settings.connectionsMax(); i++) {
      free.add(
          new Buffers(
              slices(i * setBytes, receives, settings.messageBytes()),
              slices(
                  i * setBytes + (long) receives * settings.messageBytes(),
                  sends,
                  settings.messageBytes())));
    }
  }

  static int receives(RdmaSettings settings) {
    return settings.credits() + 1;
  }

  private List<Slice> slices(long start, int count, int bytes) {
    List<Slice> slices = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      slices.add(new Slice(region, start + (long) i * bytes, bytes));
    }
    return List.copyOf(slices);
  }

  /** Buffers for a connection, or nothing if there are as many connections as allowed. */
  synchronized Optional<Buffers> take() {
    return Optional.ofNullable(free.poll());
  }

  synchronized void giveBack(Buffers buffers) {
    free.push(buffers);
  }

  /** All its memory. */
  MemoryRegion region() {
    return region;
  }

  synchronized int freeCount() {
    return free.size();
  }

  @Override
  public void close() {
    region.close();
  }
}
