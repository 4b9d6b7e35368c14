package org.sealane.smb.transport;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/** One connection that keeps message boundaries and order. Any thread may call any method. */
public interface TransportConnection {
  /** A number for logs, unique in the process. */
  long id();

  InetSocketAddress peer();

  InetSocketAddress local();

  Transport transport();

  /** Runs tasks on the owner thread, in order; tasks after close are still run. */
  Executor owner();

  /**
   * Direct placement of payloads beside the messages, if this connection has it. The same answer
   * from the connection's first frame to its end.
   */
  default Optional<DirectPlacement> placement() {
    return Optional.empty();
  }

  /**
   * Queues one frame for sending, in call order. The connection owns the frame from here on: it
   * releases it exactly once, after the bytes were handed to the kernel or when it closes.
   */
  void send(OutboundFrame frame);

  /**
   * The longest frame accepted from the peer from now on, at most {@link
   * FramePool#FRAME_BYTES_MAX}; a longer one closes the connection. A new connection starts with
   * {@link FramePool#UNAUTHENTICATED_FRAME_BYTES_MAX}: raise it once the peer is authenticated.
   */
  void frameLimit(int bytes);

  /**
   * False stops the delivery of frames, and the peer is slowed by flow control; true resumes it. At
   * most the frame under delivery still comes when this is called on the owner thread.
   */
  void reading(boolean on);

  /**
   * How long sent bytes may stay unacknowledged before the connection is dropped, so that old bytes
   * are not delivered long after. Zero is the system's default. False if the provider has no such
   * limit.
   */
  boolean deliveryTimeout(Duration timeout);

  /** Closes at once. {@code reason} is one line for the log. Idempotent. */
  void close(String reason);

  /** Closes at once and drops what the kernel has not delivered yet. Idempotent. */
  void reset(String reason);

  /** Sends what is queued, then closes. Idempotent. */
  void closeAfterFlush(String reason);
}
