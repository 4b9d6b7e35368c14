package org.sealane.rdma.disni;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Waits for a file descriptor of the kernel's, or to be woken up. Native channels block without
 * limit in their own calls, so they are asked only when this says that they have something.
 */
public final class Readiness implements AutoCloseable {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final MethodHandle POLL =
      handle("poll", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, INT));
  private static final MethodHandle EVENTFD =
      handle("eventfd", FunctionDescriptor.of(INT, INT, INT));
  private static final FunctionDescriptor TRANSFER =
      FunctionDescriptor.of(ValueLayout.JAVA_LONG, INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
  private static final MethodHandle READ = handle("read", TRANSFER);
  private static final MethodHandle WRITE = handle("write", TRANSFER);
  private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(INT, INT));

  private static final MethodHandle FCNTL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("fcntl"),
          FunctionDescriptor.of(INT, INT, INT, INT),
          Linker.Option.firstVariadicArg(2));

  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int O_NONBLOCK = 0x800;
  private static final int EFD_CLOEXEC_NONBLOCK = 0x80000 | 0x800;
  private static final short POLLIN = 1;
  private static final int POLLFD_BYTES = 8;
  private static final int EVENTS = 4;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment watched = arena.allocate(2L * POLLFD_BYTES, Long.BYTES);
  private final MemorySegment one = arena.allocate(Long.BYTES, Long.BYTES);
  private final MemorySegment rung = arena.allocate(Long.BYTES, Long.BYTES);
  private final int bell;

  /**
   * @param descriptor what is waited for; stays the caller's
   */
  Readiness(int descriptor) throws IOException {
    bell = call(EVENTFD, 0, EFD_CLOEXEC_NONBLOCK);
    if (bell < 0) {
      arena.close();
      throw new IOException("no file descriptor is left");
    }
    one.set(ValueLayout.JAVA_LONG, 0, 1);
    watch(watched, descriptor);
    watch(watched.asSlice(POLLFD_BYTES), bell);
  }

  private static MethodHandle handle(String name, FunctionDescriptor shape) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape);
  }

  private static void watch(MemorySegment entry, int descriptor) {
    entry.set(INT, 0, descriptor);
    entry.set(ValueLayout.JAVA_SHORT, EVENTS, POLLIN);
  }

  /**
   * Blocks until the descriptor can be read, {@link #wakeUp} was called since the last wait, or the
   * time is over; may return early. One thread at a time.
   */
  void await(int timeoutMillis) {
    poll(watched, 2, timeoutMillis);
    // Empties the bell; it says so if it was not rung.
    transfer(READ, bell, rung);
  }

  /** Ends the present or else the next wait. Any thread, not after close. */
  void wakeUp() {
    transfer(WRITE, bell, one);
  }

  @Override
  public void close() {
    call(CLOSE, bell);
    arena.close();
  }

  /** Whether a descriptor can be read within the time; -1 waits without limit. */
  public static boolean await(int descriptor, int timeoutMillis) {
    try (Arena own = Arena.ofConfined()) {
      MemorySegment entry = own.allocate(POLLFD_BYTES, Long.BYTES);
      watch(entry, descriptor);
      return poll(entry, 1, timeoutMillis) > 0;
    }
  }

  /**
   * Has calls on a descriptor fail with {@link ErrnoException#EAGAIN} where they would wait: an
   * event that a poll saw is gone again when another thread destroys what it is about.
   */
  public static void makeNonBlocking(int descriptor) throws IOException {
    int flags = call(FCNTL, descriptor, F_GETFL, 0);
    if (flags < 0 || call(FCNTL, descriptor, F_SETFL, flags | O_NONBLOCK) < 0) {
      throw new IOException("descriptor " + descriptor + " can not be made non-blocking");
    }
  }

  // These catch what a foreign call never throws; only a wrong signature here would.

  private static int poll(MemorySegment entries, long count, int timeoutMillis) {
    try {
      return (int) POLL.invokeExact(entries, count, timeoutMillis);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static void transfer(MethodHandle call, int descriptor, MemorySegment number) {
    try {
      long _ = (long) call.invokeExact(descriptor, number, (long) Long.BYTES);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static int call(MethodHandle call, Object... numbers) {
    try {
      return (int) call.invokeWithArguments(numbers);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
