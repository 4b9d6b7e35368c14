package org.sealane.rdma.verbs;

import java.net.InetSocketAddress;

/**
 * One reliable connection (RC). Any thread may call any method; none blocks for the peer.
 *
 * <p>Life: it is made by {@link Verbs#connect} or {@link ConnectRequest#accept}, and is in error
 * after a failed completion, after {@link #disconnect} here or there, or when the peer is gone.
 * Then what was posted completes with {@link CompletionStatus#WR_FLUSH_ERR}, and so does what is
 * posted later. {@link #close} ends it.
 */
public interface QueuePair extends AutoCloseable {
  /** Unique among the open queue pairs of the device; reused later. */
  int number();

  InetSocketAddress local();

  InetSocketAddress peer();

  /** What both sides came to, in this side's view. */
  ConnectParameters negotiated();

  /**
   * Posts a receive for one message. It completes when one has arrived, receives in their order.
   *
   * @throws VerbsException {@link VerbsException.Kind#EXHAUSTED} if the receive queue is full
   */
  void postReceive(long workId, Slice into) throws VerbsException;

  /**
   * Posts to the send queue.
   *
   * @throws VerbsException {@link VerbsException.Kind#EXHAUSTED} if the send queue is full; {@link
   *     VerbsException.Kind#UNSUPPORTED} if the device can not do it
   */
  void post(WorkRequest request) throws VerbsException;

  /**
   * Moves the queue pair to error and tells the peer: no request of either side takes effect after
   * this returns, all that is posted flushes. Idempotent.
   */
  void disconnect();

  /**
   * Disconnects and frees it. What was posted is not sure to complete any more. Windows bound
   * through it have no rights left. Idempotent.
   */
  @Override
  void close();

  /** Hears of the end of a connection, on a thread of the provider; must not block. */
  @FunctionalInterface
  interface Listener {
    /**
     * Once at most: the peer disconnected or is gone, or the device failed. Not called because of
     * {@link QueuePair#disconnect} or {@link QueuePair#close} on this side.
     *
     * @param reason one line for the log
     */
    void onDisconnected(String reason);
  }
}
