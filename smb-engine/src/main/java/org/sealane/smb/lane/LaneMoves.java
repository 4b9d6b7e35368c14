package org.sealane.smb.lane;

import java.time.Duration;
import java.util.Map;

/**
 * How often a lane moved to a new session, and how long requests were held for it.
 *
 * @param count moves that came to an end
 * @param byCause the same by why
 * @param p50 the median pause, from holding requests to releasing them
 * @param p99 the pause that one move in a hundred exceeds
 * @param max the longest pause
 * @param remade opens that the other node had lost and that were made again
 * @param lost opens that could not be made again, as their file was gone or another one
 */
public record LaneMoves(
    long count,
    Map<MoveCause, Long> byCause,
    Duration p50,
    Duration p99,
    Duration max,
    long remade,
    long lost) {
  public static final LaneMoves NONE =
      new LaneMoves(0, Map.of(), Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, 0);

  public LaneMoves {
    byCause = Map.copyOf(byCause);
  }
}
