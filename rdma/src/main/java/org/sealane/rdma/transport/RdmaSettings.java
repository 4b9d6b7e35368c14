package org.sealane.rdma.transport;

import java.time.Duration;
import org.sealane.rdma.smbdirect.SmbDirectLimits;
import org.sealane.smb.transport.FramePool;

/**
 * Limits and choices of one RDMA transport. Registered memory is the connections' messages, {@code
 * connectionsMax * credits * 2 * messageBytes}, and twice the placement buffers.
 *
 * @param loops completion queues, each with a thread; each connection belongs to one of them
 * @param connectionsMax open connections in all
 * @param credits messages in each direction that a connection has buffers for
 * @param messageBytes the longest SMB Direct message
 * @param smallBuffers placement buffers of {@link #SMALL_BUFFER_BYTES}, for each of the two budgets
 * @param largeBuffers placement buffers of {@link #LARGE_BUFFER_BYTES}, for each of the two budgets
 * @param connectTimeout how long a connection attempt may take, the negotiation included
 * @param unsentBytesHigh bytes queued on a connection above which its handler is told to stop
 * @param unsentBytesLow bytes queued below which it is told to go on
 * @param unsentBytesMax bytes queued above which the connection is reset
 * @param flushTimeout how long a connection that closes after a flush may take for it
 * @param keepaliveInterval silence after which the peer is asked for a sign of life
 * @param keepaliveResponse how long it may take for it
 */
public record RdmaSettings(
    int loops,
    int connectionsMax,
    int credits,
    int messageBytes,
    int smallBuffers,
    int largeBuffers,
    Duration connectTimeout,
    long unsentBytesHigh,
    long unsentBytesLow,
    long unsentBytesMax,
    Duration flushTimeout,
    Duration keepaliveInterval,
    Duration keepaliveResponse) {
  /** A placement buffer for requests of a few blocks. */
  public static final int SMALL_BUFFER_BYTES = 64 << 10;

  /** A placement buffer for the longest READ and WRITE that is placed. */
  public static final int LARGE_BUFFER_BYTES = 1 << 20;

  /**
   * A device that completes nothing for this long, while work is posted, hangs. A connection's
   * delivery timeout is the limit where it is shorter.
   */
  private static final Duration COMPLETION_LIMIT = Duration.ofSeconds(10);

  /** [MS-SMBD] 3.1.2: how long an acceptor waits for a negotiate request. */
  private static final Duration NEGOTIATE_TIMEOUT = Duration.ofSeconds(5);

  public RdmaSettings {
    if (loops < 1 || connectionsMax < 1 || smallBuffers < 1 || largeBuffers < 1) {
      throw new IllegalArgumentException("at least one loop, connection and buffer of each size");
    }
    if (unsentBytesLow > unsentBytesHigh || unsentBytesHigh > unsentBytesMax) {
      throw new IllegalArgumentException("marks of unsent bytes must rise: low, high, max");
    }
  }

  /** For a node: about 100 MiB of registered memory. */
  public static RdmaSettings defaults() {
    return new RdmaSettings(
        Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
        64,
        32,
        8192,
        32,
        24,
        Duration.ofSeconds(5),
        20L << 20,
        8L << 20,
        128L << 20,
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(10));
  }

  /**
   * @param deliveryNanos the connection's delivery timeout; 0 if it has none
   */
  static long completionLimitNanos(long deliveryNanos) {
    long limit = COMPLETION_LIMIT.toNanos();
    return deliveryNanos > 0 ? Math.min(deliveryNanos, limit) : limit;
  }

  SmbDirectLimits limits() {
    return new SmbDirectLimits(
        credits,
        credits,
        messageBytes,
        messageBytes,
        FramePool.FRAME_BYTES_MAX,
        LARGE_BUFFER_BYTES,
        keepaliveInterval,
        keepaliveResponse,
        NEGOTIATE_TIMEOUT);
  }
}
