package org.sealane.rdma.transport;

import java.util.Optional;

/**
 * What a connection waits for in vain, and so ends for.
 *
 * @param counter counts it
 * @param why one line for the log
 */
record Stall(RdmaCounter counter, String why) {
  private static final Stall UNDELIVERED =
      new Stall(RdmaCounter.DELIVERY_TIMEOUTS, "what was sent was not taken in time");

  private static final Stall SILENT =
      new Stall(
          RdmaCounter.COMPLETION_TIMEOUTS,
          "the device or the peer hangs: work is posted and none completes");

  /**
   * Looks at what is under way. On the loop.
   *
   * @param deliveryNanos the connection's delivery timeout; 0 if it has none
   */
  static Optional<Stall> of(SendBuffers sends, PostQueue posts, long deliveryNanos, long nowNanos) {
    if (deliveryNanos > 0 && sends.oldestNanos(nowNanos) > deliveryNanos) {
      return Optional.of(UNDELIVERED);
    }
    return posts.silentNanos(nowNanos) > RdmaSettings.completionLimitNanos(deliveryNanos)
        ? Optional.of(SILENT)
        : Optional.empty();
  }
}
