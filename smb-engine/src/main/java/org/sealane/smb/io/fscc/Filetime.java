package org.sealane.smb.io.fscc;

import java.time.Instant;

/**
 * FILETIME, [MS-DTYP] 2.3.3: 100 ns steps since 1601-01-01 UTC. Every 64-bit value is some instant;
 * instants outside its range become the nearest value.
 */
public final class Filetime {
  /** In SET_INFO: leave the time as it is, [MS-FSCC] 2.4.7. */
  public static final long UNCHANGED = 0;

  /** In SET_INFO: leave the time as it is, also when this open writes, [MS-FSCC] 2.4.7. */
  public static final long SUSPEND_UPDATES = -1;

  /** In SET_INFO: take {@link #SUSPEND_UPDATES} back, [MS-FSCC] 2.4.7. */
  public static final long RESUME_UPDATES = -2;

  private static final long EPOCH_SECOND = Instant.parse("1601-01-01T00:00:00Z").getEpochSecond();
  private static final long STEPS_PER_SECOND = 10_000_000;
  private static final int NANOS_PER_STEP = 100;
  private static final Instant EARLIEST = toInstant(Long.MIN_VALUE);
  private static final Instant LATEST = toInstant(Long.MAX_VALUE);

  private Filetime() {}

  /** The value on the wire; what is finer than 100 ns is cut off. */
  public static long of(Instant instant) {
    if (instant.isBefore(EARLIEST)) {
      return Long.MIN_VALUE;
    }
    if (instant.isAfter(LATEST)) {
      return Long.MAX_VALUE;
    }
    long seconds = instant.getEpochSecond() - EPOCH_SECOND;
    long steps = instant.getNano() / NANOS_PER_STEP;
    if (seconds < 0) {
      // One second up, its steps down: the product alone could pass the lowest value.
      return (seconds + 1) * STEPS_PER_SECOND + (steps - STEPS_PER_SECOND);
    }
    return seconds * STEPS_PER_SECOND + steps;
  }

  /** The instant that a value on the wire means. */
  public static Instant toInstant(long filetime) {
    return Instant.ofEpochSecond(
        EPOCH_SECOND + Math.floorDiv(filetime, STEPS_PER_SECOND),
        Math.floorMod(filetime, STEPS_PER_SECOND) * NANOS_PER_STEP);
  }
}
