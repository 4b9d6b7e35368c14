package org.sealane.smb.share;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.share.ShareOpen.Extent;

/**
 * Holes of files, which the JDK has no calls for: fallocate(2) and lseek(2) where the system has
 * them. Elsewhere, and on file systems without holes, zeros are written and the whole file counts
 * as data. Any thread may call; calls block.
 */
public final class SparseFile {
  private static final int ZEROS_BYTES = 256 << 10;

  /** The most extents one call reports; the last of them then takes in all that follows. */
  public static final int EXTENTS_MAX = 4096;

  private SparseFile() {}

  /**
   * Makes the range, which must lie inside the file, read as zeros; frees its storage where it can.
   *
   * @param path names the same file as {@code channel}, which is open for writing
   */
  public static void zero(Path path, FileChannel channel, long offset, long length)
      throws IOException {
    if (length > 0 && !punchHole(path, offset, length)) {
      writeZeros(channel, offset, length);
    }
  }

  /**
   * Frees the storage of the range, which must lie inside the file and reads as zeros then; does
   * nothing where that can not be done. Returns whether it was.
   */
  public static boolean trim(Path path, long offset, long length) throws IOException {
    return length == 0 || punchHole(path, offset, length);
  }

  /**
   * Extents that hold data within the range, in order, at most {@link #EXTENTS_MAX}: a file in more
   * pieces has its last extent drawn out to the end, so that no data is ever taken for a hole.
   */
  public static List<Extent> dataExtents(Path path, FileChannel channel, long offset, long length)
      throws IOException {
    long end = Math.min(channel.size(), offset + Math.min(length, Long.MAX_VALUE - offset));
    if (offset >= end) {
      return List.of();
    }
    if (!PosixFile.available()) {
      return List.of(new Extent(offset, end - offset));
    }
    int descriptor = PosixFile.open(path.toString(), PosixFile.O_RDONLY);
    try {
      return walk(descriptor, offset, end);
    } catch (PosixException e) {
      // A block device has no holes to tell of.
      if (e.errno() == Errno.EINVAL) {
        return List.of(new Extent(offset, end - offset));
      }
      throw e;
    } finally {
      PosixFile.close(descriptor);
    }
  }

  private static List<Extent> walk(int descriptor, long offset, long end) throws IOException {
    List<Extent> extents = new ArrayList<>();
    long at = offset;
    while (at < end) {
      long data = PosixFile.seek(descriptor, at, PosixFile.SEEK_DATA);
      if (data < 0 || data >= end) {
        break;
      }
      if (extents.size() == EXTENTS_MAX - 1) {
        extents.add(new Extent(data, end - data));
        break;
      }
      long hole = PosixFile.seek(descriptor, data, PosixFile.SEEK_HOLE);
      // None is left when the file was cut short meanwhile.
      long stop = hole < 0 ? end : Math.min(hole, end);
      extents.add(new Extent(data, stop - data));
      at = stop;
    }
    return List.copyOf(extents);
  }

  private static void writeZeros(FileChannel channel, long offset, long length) throws IOException {
    MemorySegment zeros = MemorySegment.ofArray(new byte[(int) Math.min(ZEROS_BYTES, length)]);
    for (long done = 0; done < length; ) {
      long step = Math.min(zeros.byteSize(), length - done);
      FileBytes.write(channel, offset + done, zeros.asSlice(0, step));
      done += step;
    }
  }

  /** False where the system or the file system has no holes. */
  private static boolean punchHole(Path path, long offset, long length) throws IOException {
    if (!PosixFile.available()) {
      return false;
    }
    int descriptor = PosixFile.open(path.toString(), PosixFile.O_RDWR);
    try {
      int mode = PosixFile.FALLOC_FL_PUNCH_HOLE | PosixFile.FALLOC_FL_KEEP_SIZE;
      PosixFile.allocate(descriptor, mode, offset, length);
      return true;
    } catch (PosixException e) {
      if (isUnsupported(e.errno())) {
        return false;
      }
      throw e;
    } finally {
      PosixFile.close(descriptor);
    }
  }

  /** A device is no file to some (ENODEV), or wants whole sectors (EINVAL). */
  private static boolean isUnsupported(int errno) {
    return switch (errno) {
      case Errno.EOPNOTSUPP, Errno.ENOSYS, Errno.ENODEV, Errno.EINVAL -> true;
      default -> false;
    };
  }
}
