package org.sealane.rdma.software;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for another process to change a word of shared memory: futex(2) on Linux. Elsewhere a wait
 * sleeps for short whiles and looks again.
 */
final class Futex {
  /** Between two looks where there is no futex. */
  private static final long POLL_NANOS = 50_000;

  private static final long WAIT = 0;
  private static final long WAKE = 1;
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final Optional<Futex> NATIVE = link();

  private final MethodHandle syscall;
  private final long number;

  private Futex(MethodHandle syscall, long number) {
    this.syscall = syscall;
    this.number = number;
  }

  /** Sleeps while {@code word} holds {@code expected}, {@code nanos} at most; may return early. */
  static void await(MemorySegment word, int expected, long nanos) {
    if (NATIVE.isEmpty()) {
      LockSupport.parkNanos(Math.min(nanos, POLL_NANOS));
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment timeout = arena.allocate(2 * Long.BYTES, Long.BYTES);
      timeout.setAtIndex(ValueLayout.JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
      timeout.setAtIndex(ValueLayout.JAVA_LONG, 1, nanos % NANOS_PER_SECOND);
      NATIVE.get().call(word, WAIT, expected, timeout);
    }
  }

  /** Wakes who waits for the word, in any process. */
  static void wake(MemorySegment word) {
    NATIVE.ifPresent(futex -> futex.call(word, WAKE, Integer.MAX_VALUE, MemorySegment.NULL));
  }

  private void call(MemorySegment word, long operation, long value, MemorySegment timeout) {
    try {
      // A wait that ended early, whatever ended it, makes the caller look again.
      long ignored =
          (long)
              syscall.invokeExact(number, word, operation, value, timeout, MemorySegment.NULL, 0L);
    } catch (Throwable e) {
      throw new AssertionError("a native call throws nothing", e);
    }
  }

  private static Optional<Futex> link() {
    if (!System.getProperty("os.name").startsWith("Linux")) {
      return Optional.empty();
    }
    long number =
        switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
          case "amd64", "x86_64" -> 202;
          case "aarch64" -> 98;
          default -> -1;
        };
    Linker linker = Linker.nativeLinker();
    return number < 0
        ? Optional.empty()
        : linker
            .defaultLookup()
            .find("syscall")
            .map(symbol ->
                new Futex(
                    linker.downcallHandle(
                        symbol,
                        FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG),
                        Linker.Option.firstVariadicArg(1)),
                    number));
  }
}
