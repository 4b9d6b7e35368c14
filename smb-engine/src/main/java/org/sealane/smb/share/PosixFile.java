package org.sealane.smb.share;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The C library's file calls that the JDK has none for, by foreign-function call, on Linux. Files
 * are named by descriptor and by one component below a directory's descriptor, in UTF-8 whatever
 * the locale. Any thread may call; calls block. A descriptor belongs to whoever got it.
 */
final class PosixFile {
  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_CLOEXEC = 0x8_0000;
  static final int O_PATH = 0x20_0000;
  static final int AT_FDCWD = -100;
  static final int AT_REMOVEDIR = 0x200;
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int AT_EMPTY_PATH = 0x1000;
  static final int FALLOC_FL_KEEP_SIZE = 1;
  static final int FALLOC_FL_PUNCH_HOLE = 2;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;
  static final int RENAME_NOREPLACE = 1;
  private static final int LOCK_EX_NB = 2 | 4;

  /** In a time for utimensat(2): leave it as it is. */
  static final long UTIME_OMIT = (1L << 30) - 2;

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

  // The two flags whose values differ between the processors.
  static final int O_DIRECTORY = ARM ? 0x4000 : 0x1_0000;
  static final int O_NOFOLLOW = ARM ? 0x8000 : 0x2_0000;

  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /**
   * Null where the calls are not to be had; a bare constant, so that handles fold into the code.
   */
  private static final Calls CALLS = Calls.bind().orElse(null);

  private static final Optional<MethodHandle> STRERROR = bindStrerror();
  private static final int MESSAGE_BYTES_MAX = 256;
  private static final int STATX_BYTES = 256;
  private static final int STATX_BASIC_STATS_AND_BTIME = 0xFFF;
  private static final int TIMESPEC_BYTES = 16;

  private PosixFile() {}

  /** Whether this system has the calls; without them no other method may be called. */
  static boolean available() {
    return CALLS != null;
  }

  /** What the C library says of an error number, in the words that the JDK's exceptions have. */
  static String message(int errno) {
    if (STRERROR.isEmpty()) {
      return "errno " + errno;
    }
    try {
      MemorySegment text = (MemorySegment) STRERROR.get().invokeExact(errno);
      return text.reinterpret(MESSAGE_BYTES_MAX).getString(0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  static int openAt(int directory, String name, int flags, int mode) throws PosixException {
    return (int)
        call(
            "open",
            (arena, errno) ->
                (int)
                    CALLS
                        .openat()
                        .invokeExact(errno, directory, utf8(arena, name), flags | O_CLOEXEC, mode));
  }

  /** Opens by path, following links. */
  static int open(String path, int flags) throws PosixException {
    return openAt(AT_FDCWD, path, flags, 0);
  }

  static void close(int descriptor) {
    try {
      // Linux frees the descriptor whatever close(2) returns, and what it tells came from flush.
      int _ = (int) CALLS.close().invokeExact(descriptor);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /** flock(2), without waiting. Fails with EWOULDBLOCK if another open of the file has it. */
  static void lock(int descriptor) throws PosixException {
    call("lock", (_, errno) -> (int) CALLS.flock().invokeExact(errno, descriptor, LOCK_EX_NB));
  }

  static void makeDirectoryAt(int directory, String name, int mode) throws PosixException {
    call(
        "mkdir",
        (arena, errno) ->
            (int) CALLS.mkdirat().invokeExact(errno, directory, utf8(arena, name), mode));
  }

  static void unlinkAt(int directory, String name, int flags) throws PosixException {
    call(
        "unlink",
        (arena, errno) ->
            (int) CALLS.unlinkat().invokeExact(errno, directory, utf8(arena, name), flags));
  }

  /** renameat2(2). */
  static void renameAt(int fromDirectory, String from, int toDirectory, String to, int flags)
      throws PosixException {
    call(
        "rename",
        (arena, errno) ->
            (int)
                CALLS
                    .renameat2()
                    .invokeExact(
                        errno,
                        fromDirectory,
                        utf8(arena, from),
                        toDirectory,
                        utf8(arena, to),
                        flags));
  }

  /** The file itself where {@code name} is empty; links are not followed. */
  static FileStatus status(int descriptor, String name) throws PosixException {
    FileStatus[] status = new FileStatus[1];
    call(
        "statx",
        (arena, errno) -> {
          MemorySegment buffer = arena.allocate(STATX_BYTES, Long.BYTES);
          int flags = AT_SYMLINK_NOFOLLOW | (name.isEmpty() ? AT_EMPTY_PATH : 0);
          int result =
              (int)
                  CALLS
                      .statx()
                      .invokeExact(
                          errno,
                          descriptor,
                          utf8(arena, name),
                          flags,
                          STATX_BASIC_STATS_AND_BTIME,
                          buffer);
          if (result == 0) {
            status[0] = FileStatus.ofStatx(buffer);
          }
          return result;
        });
    return status[0];
  }

  /**
   * Entries after the last call's, as getdents64(2) lays them out, in {@code buffer}; returns how
   * many bytes, 0 at the end.
   */
  static int directoryEntries(int descriptor, MemorySegment buffer) throws PosixException {
    return (int)
        call(
            "getdents64",
            (_, errno) ->
                (long)
                    CALLS.getdents64().invokeExact(errno, descriptor, buffer, buffer.byteSize()));
  }

  static void synchronize(int descriptor) throws PosixException {
    call("fsync", (_, errno) -> (int) CALLS.fsync().invokeExact(errno, descriptor));
  }

  static void truncate(String path, long bytes) throws PosixException {
    call(
        "truncate",
        (arena, errno) -> (int) CALLS.truncate().invokeExact(errno, utf8(arena, path), bytes));
  }

  static void allocate(int descriptor, int mode, long offset, long length) throws PosixException {
    call(
        "fallocate",
        (_, errno) -> (int) CALLS.fallocate().invokeExact(errno, descriptor, mode, offset, length));
  }

  /** lseek(2); -1 where there is no such place behind {@code offset}. */
  static long seek(int descriptor, long offset, int whence) throws PosixException {
    try {
      return call(
          "lseek",
          (_, errno) -> (long) CALLS.lseek().invokeExact(errno, descriptor, offset, whence));
    } catch (PosixException e) {
      if (e.errno() == Errno.ENXIO) {
        return -1;
      }
      throw e;
    }
  }

  /** Sets access and modification time; nanoseconds may be {@link #UTIME_OMIT}. */
  static void setTimes(String path, long[] secondsAndNanos) throws PosixException {
    call(
        "utimensat",
        (arena, errno) -> {
          MemorySegment times = arena.allocate(2 * TIMESPEC_BYTES, Long.BYTES);
          MemorySegment.copy(secondsAndNanos, 0, times, ValueLayout.JAVA_LONG, 0, 4);
          return (int) CALLS.utimensat().invokeExact(errno, AT_FDCWD, utf8(arena, path), times, 0);
        });
  }

  /** What becomes of a symbolic link at a path's end. */
  enum Links {
    FOLLOWED,
    NOT_FOLLOWED
  }

  /** Our extended attribute; empty if there is none, or none of ours. */
  static Optional<byte[]> attribute(String path, Links links) throws PosixException {
    byte[][] value = new byte[1][];
    try {
      call("getxattr", (arena, errno) -> getAttribute(arena, errno, path, links, value));
    } catch (PosixException e) {
      if (isAbsent(e.errno())) {
        return Optional.empty();
      }
      throw e;
    }
    return Optional.of(value[0]);
  }

  private static long getAttribute(
      Arena arena, MemorySegment errno, String path, Links links, byte[][] value) throws Throwable {
    MethodHandle function = links == Links.FOLLOWED ? CALLS.getxattr() : CALLS.lgetxattr();
    long capacity = DosAttributes.XATTR_BYTES_MAX;
    MemorySegment buffer = arena.allocate(capacity);
    long length =
        (long)
            function.invokeExact(
                errno, utf8(arena, path), utf8(arena, DosAttributes.XATTR_NAME), buffer, capacity);
    if (length >= 0) {
      value[0] = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }
    return length;
  }

  private static boolean isAbsent(int errno) {
    // ERANGE: longer than anything that was ever set by us, so not ours.
    return errno == Errno.ENODATA || errno == Errno.EOPNOTSUPP || errno == Errno.ERANGE;
  }

  /** Sets our extended attribute; links are followed, as /proc/self/fd needs. */
  static void setAttribute(String path, byte[] value) throws PosixException {
    call(
        "setxattr",
        (arena, errno) ->
            (int)
                CALLS
                    .setxattr()
                    .invokeExact(
                        errno,
                        utf8(arena, path),
                        utf8(arena, DosAttributes.XATTR_NAME),
                        arena.allocateFrom(ValueLayout.JAVA_BYTE, value),
                        (long) value.length,
                        0));
  }

  /** One downcall with memory for its arguments and its error number. */
  @FunctionalInterface
  private interface Call {
    long run(Arena arena, MemorySegment errno) throws Throwable;
  }

  private static long call(String name, Call call) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = arena.allocate(CAPTURED);
      long result = call.run(arena, captured);
      if (result < 0) {
        throw new PosixException(name, (int) ERRNO.get(captured, 0L));
      }
      return result;
    } catch (PosixException e) {
      throw e;
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  private static MemorySegment utf8(Arena arena, String text) {
    return arena.allocateFrom(text, StandardCharsets.UTF_8);
  }

  private static RuntimeException unexpected(Throwable t) {
    return switch (t) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> new IllegalStateException(t);
    };
  }

  private static Optional<MethodHandle> bindStrerror() {
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("strerror")
        .map(symbol ->
            linker.downcallHandle(
                symbol, FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT)));
  }

  /** The functions, bound once. */
  private record Calls(
      MethodHandle openat,
      MethodHandle close,
      MethodHandle mkdirat,
      MethodHandle unlinkat,
      MethodHandle renameat2,
      MethodHandle statx,
      MethodHandle getdents64,
      MethodHandle fsync,
      MethodHandle truncate,
      MethodHandle fallocate,
      MethodHandle lseek,
      MethodHandle flock,
      MethodHandle utimensat,
      MethodHandle getxattr,
      MethodHandle lgetxattr,
      MethodHandle setxattr) {

    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    /** Empty where the system is another, the processor's constants are not known, or one lacks. */
    static Optional<Calls> bind() {
      boolean known =
          Arrays.asList("amd64", "x86_64", "aarch64").contains(System.getProperty("os.arch"));
      if (!System.getProperty("os.name").equals("Linux") || !known) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            new Calls(
                variadic("openat", 3, INT, INT, POINTER, INT, INT),
                plain("close", INT, INT),
                function("mkdirat", INT, INT, POINTER, INT),
                function("unlinkat", INT, INT, POINTER, INT),
                function("renameat2", INT, INT, POINTER, INT, POINTER, INT),
                function("statx", INT, INT, POINTER, INT, INT, POINTER),
                function("getdents64", LONG, INT, POINTER, LONG),
                function("fsync", INT, INT),
                function("truncate", INT, POINTER, LONG),
                function("fallocate", INT, INT, INT, LONG, LONG),
                function("lseek", LONG, INT, LONG, INT),
                function("flock", INT, INT, INT),
                function("utimensat", INT, INT, POINTER, POINTER, INT),
                function("getxattr", LONG, POINTER, POINTER, POINTER, LONG),
                function("lgetxattr", LONG, POINTER, POINTER, POINTER, LONG),
                function("setxattr", INT, POINTER, POINTER, POINTER, LONG, INT)));
      } catch (java.util.NoSuchElementException e) {
        return Optional.empty();
      }
    }

    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... shape) {
      return bind(name, result, shape, Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle variadic(
        String name, int firstVariadic, MemoryLayout result, MemoryLayout... shape) {
      return bind(
          name,
          result,
          shape,
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(firstVariadic));
    }

    private static MethodHandle plain(String name, MemoryLayout result, MemoryLayout... shape) {
      return bind(name, result, shape);
    }

    private static MethodHandle bind(
        String name, MemoryLayout result, MemoryLayout[] shape, Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, shape), options);
    }
  }
}
