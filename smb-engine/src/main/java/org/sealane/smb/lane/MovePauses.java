package org.sealane.smb.lane;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Counts the moves of one lane and their pauses. For one thread at a time. */
final class MovePauses {
  /** Longer pauses count as this long: no lane waits for one. */
  private static final long PAUSE_MICROS_MAX = TimeUnit.HOURS.toMicros(1);

  private static final int SIGNIFICANT_DIGITS = 2;

  private final Histogram pausesMicros = new Histogram(PAUSE_MICROS_MAX, SIGNIFICANT_DIGITS);
  private final Map<MoveCause, Long> byCause = new EnumMap<>(MoveCause.class);
  private long remade;
  private long lost;

  void add(MoveCause cause, Duration pause) {
    long micros = TimeUnit.NANOSECONDS.toMicros(pause.toNanos());
    pausesMicros.recordValue(Math.clamp(micros, 0, PAUSE_MICROS_MAX));
    byCause.merge(cause, 1L, Long::sum);
  }

  void opens(int remadeOpens, int lostOpens) {
    remade += remadeOpens;
    lost += lostOpens;
  }

  LaneMoves moves() {
    return new LaneMoves(
        pausesMicros.getTotalCount(),
        byCause,
        atPercentile(50),
        atPercentile(99),
        micros(pausesMicros.getMaxValue()),
        remade,
        lost);
  }

  private Duration atPercentile(double percentile) {
    return micros(pausesMicros.getValueAtPercentile(percentile));
  }

  private static Duration micros(long value) {
    return Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(value));
  }
}
