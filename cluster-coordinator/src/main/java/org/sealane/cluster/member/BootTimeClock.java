package org.sealane.cluster.member;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * CLOCK_BOOTTIME: a clock that never goes back and counts the time a machine was suspended, which
 * {@link System#nanoTime} does not. A lease measured without it would outlive a suspended session.
 *
 * <p>Where the C library has no such clock (outside Linux) it falls back to {@code nanoTime};
 * {@link #countsSuspend} tells, and a node says so when it starts. Any thread.
 */
public final class BootTimeClock {
  /** From linux/time.h. */
  private static final int CLOCK_BOOTTIME = 7;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private static final Optional<MethodHandle> CLOCK_GETTIME = bind();

  private BootTimeClock() {}

  /** Nanoseconds since some fixed moment. */
  public static long nanos() {
    return CLOCK_GETTIME.isPresent() ? bootNanos(CLOCK_GETTIME.get()) : System.nanoTime();
  }

  /** Whether suspended time counts here. */
  public static boolean countsSuspend() {
    return CLOCK_GETTIME.isPresent();
  }

  private static Optional<MethodHandle> bind() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.empty();
    }
    Linker linker = Linker.nativeLinker();
    Optional<MethodHandle> bound =
        linker
            .defaultLookup()
            .find("clock_gettime")
            .map(address ->
                linker.downcallHandle(
                    address,
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS),
                    // Returns at once and calls nothing back, and may write to heap memory.
                    Linker.Option.critical(true)));
    try {
      bound.ifPresent(BootTimeClock::bootNanos);
      return bound;
    } catch (IllegalStateException e) {
      return Optional.empty();
    }
  }

  private static long bootNanos(MethodHandle clockGettime) {
    long[] timespec = new long[2];
    int failed;
    try {
      failed = (int) clockGettime.invokeExact(CLOCK_BOOTTIME, MemorySegment.ofArray(timespec));
    } catch (Throwable e) {
      throw new IllegalStateException("clock_gettime", e);
    }
    if (failed != 0) {
      throw new IllegalStateException("clock_gettime does not know CLOCK_BOOTTIME");
    }
    return timespec[0] * NANOS_PER_SECOND + timespec[1];
  }
}
