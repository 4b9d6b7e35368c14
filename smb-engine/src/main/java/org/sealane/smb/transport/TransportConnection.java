package org.sealane.smb.transport;

import java.net.InetSocketAddress;
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
   * Queues one frame for sending, in call order. The connection owns the frame from here on: it
   * releases it exactly once, after the bytes were handed to the kernel or when it closes.
   */
  void send(OutboundFrame frame);

  /** Closes at once. {@code reason} is one line for the log. Idempotent. */
  void close(String reason);

  /** Sends what is queued, then closes. Idempotent. */
  void closeAfterFlush(String reason);
}
