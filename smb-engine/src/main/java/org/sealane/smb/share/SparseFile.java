package org.sealane.smb.share;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealane.smb.share.ShareOpen.Extent;

/**
 * Holes of files, which the JDK has no calls for: fallocate(2) and lseek(2) by foreign-function
 * call on Linux. Elsewhere, and on file systems without holes, zeros are written and the whole file
 * counts as data. Any thread may call; calls block.
 */
public final class SparseFile {
  private static final int O_RDONLY = 0;
  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;
  private static final int FALLOC_FL_KEEP_SIZE = 1;
  private static final int FALLOC_FL_PUNCH_HOLE = 2;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final int ENXIO = 6;
  private static final int ZEROS_BYTES = 256 << 10;

  /** The most extents one call reports; a client asks again from the last one's end. */
  public static final int EXTENTS_MAX = 4096;

  private static final Optional<Calls> CALLS = Calls.bind();

  private SparseFile() {}

  /**
   * Makes the range, which must lie inside the file, read as zeros; frees its storage where it can.
   *
   * @param path names the same file as {@code channel}, which is open for writing
   */
  public static void zero(Path path, FileChannel channel, long offset, long length)
      throws IOException {
    if (length == 0) {
      return;
    }
    if (CALLS.isEmpty() || !CALLS.get().punchHole(path, offset, length)) {
      writeZeros(channel, offset, length);
    }
  }

  /** Extents that hold data within the range, in order, at most {@link #EXTENTS_MAX}. */
  public static List<Extent> dataExtents(Path path, FileChannel channel, long offset, long length)
      throws IOException {
    long end = Math.min(channel.size(), offset + Math.min(length, Long.MAX_VALUE - offset));
    if (offset >= end) {
      return List.of();
    }
    return CALLS.isPresent()
        ? CALLS.get().dataExtents(path, offset, end)
        : List.of(new Extent(offset, end - offset));
  }

  private static void writeZeros(FileChannel channel, long offset, long length) throws IOException {
    MemorySegment zeros = MemorySegment.ofArray(new byte[(int) Math.min(ZEROS_BYTES, length)]);
    for (long done = 0; done < length; ) {
      long step = Math.min(zeros.byteSize(), length - done);
      FileBytes.write(channel, offset + done, zeros.asSlice(0, step));
      done += step;
    }
  }

  /** The C library's functions, bound once. */
  private record Calls(
      MethodHandle open, MethodHandle close, MethodHandle fallocate, MethodHandle lseek) {
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    static Optional<Calls> bind() {
      if (!System.getProperty("os.name").equals("Linux")) {
        return Optional.empty();
      }
      Linker linker = Linker.nativeLinker();
      Linker.Option errno = Linker.Option.captureCallState("errno");
      FunctionDescriptor openShape =
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT);
      return Optional.of(
          new Calls(
              bind(linker, "open", openShape, errno, Linker.Option.firstVariadicArg(2)),
              bind(
                  linker,
                  "close",
                  FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)),
              bind(
                  linker,
                  "fallocate",
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_LONG,
                      ValueLayout.JAVA_LONG)),
              bind(
                  linker,
                  "lseek",
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_LONG,
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_LONG,
                      ValueLayout.JAVA_INT),
                  errno)));
    }

    private static MethodHandle bind(
        Linker linker, String name, FunctionDescriptor shape, Linker.Option... options) {
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape, options);
    }

    /** False where the file system has no holes to punch. */
    boolean punchHole(Path path, long offset, long length) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(CAPTURED);
        int fd = openFile(arena, state, path, O_RDWR);
        try {
          int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
          return (int) fallocate.invokeExact(fd, mode, offset, length) == 0;
        } finally {
          int _ = (int) close.invokeExact(fd);
        }
      } catch (Throwable t) {
        throw rethrown(t);
      }
    }

    List<Extent> dataExtents(Path path, long offset, long end) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(CAPTURED);
        int fd = openFile(arena, state, path, O_RDONLY);
        try {
          return walk(state, fd, path, offset, end);
        } finally {
          int _ = (int) close.invokeExact(fd);
        }
      } catch (Throwable t) {
        throw rethrown(t);
      }
    }

    private List<Extent> walk(MemorySegment state, int fd, Path path, long offset, long end)
        throws Throwable {
      List<Extent> extents = new ArrayList<>();
      long at = offset;
      while (at < end && extents.size() < EXTENTS_MAX) {
        long data = (long) lseek.invokeExact(state, fd, at, SEEK_DATA);
        if (data < 0) {
          int errno = (int) ERRNO.get(state, 0L);
          if (errno == ENXIO) {
            break;
          }
          throw new IOException(path + ": SEEK_DATA failed, errno " + errno);
        }
        if (data >= end) {
          break;
        }
        long hole = (long) lseek.invokeExact(state, fd, data, SEEK_HOLE);
        long stop = hole < 0 ? end : Math.min(hole, end);
        extents.add(new Extent(data, stop - data));
        at = stop;
      }
      return List.copyOf(extents);
    }

    private int openFile(Arena arena, MemorySegment state, Path path, int access) throws Throwable {
      MemorySegment name = arena.allocateFrom(path.toString());
      int fd = (int) open.invokeExact(state, name, access | O_CLOEXEC, 0);
      if (fd < 0) {
        throw new IOException(path + ": open failed, errno " + (int) ERRNO.get(state, 0L));
      }
      return fd;
    }

    private static IOException rethrown(Throwable t) throws IOException {
      return switch (t) {
        case IOException e -> throw e;
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> new IOException(t);
      };
    }
  }
}
