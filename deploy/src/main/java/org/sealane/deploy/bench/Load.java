package org.sealane.deploy.bench;

import java.time.Duration;

/**
 * One cell of the benchmark's matrix.
 *
 * @param operation what is done to the open
 * @param blockBytes bytes of each operation
 * @param queueDepth operations under way at a time
 * @param warmUp how long it runs before it is measured
 * @param measured how long it is measured
 */
public record Load(
    Operation operation, int blockBytes, int queueDepth, Duration warmUp, Duration measured) {

  /** The largest block: what a lane carries in one request. */
  public static final int BLOCK_BYTES_MAX = 8 << 20;

  /** The most operations under way. */
  public static final int QUEUE_DEPTH_MAX = 256;

  /** The longest a cell may take, warm-up included. */
  public static final Duration DURATION_MAX = Duration.ofMinutes(10);

  public Load {
    if (blockBytes < 1 || blockBytes > BLOCK_BYTES_MAX) {
      throw new IllegalArgumentException(
          "block of " + blockBytes + " bytes: 1 to " + BLOCK_BYTES_MAX);
    }
    if (queueDepth < 1 || queueDepth > QUEUE_DEPTH_MAX) {
      throw new IllegalArgumentException("depth " + queueDepth + ": 1 to " + QUEUE_DEPTH_MAX);
    }
    if (measured.isZero() || measured.isNegative() || warmUp.isNegative()) {
      throw new IllegalArgumentException("a load is measured for more than no time");
    }
    if (warmUp.plus(measured).compareTo(DURATION_MAX) > 0) {
      throw new IllegalArgumentException("a load runs for at most " + DURATION_MAX);
    }
  }

  /** What a load does. */
  public enum Operation {
    READ,
    WRITE;

    /** The word used in JSON and on the command line. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
