package org.sealane.sbl.target;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.sealane.smb.share.ErrorStatus;
import org.sealane.smb.share.FileBytes;
import org.sealane.smb.share.FileHold;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen.Extent;
import org.sealane.smb.share.SparseFile;
import org.sealane.smb.wire.NtStatus;

/**
 * One disk: a file or block device of fixed size, held under an exclusive lock so that no second
 * process serves it. Every access is checked against the size before anything is touched.
 *
 * <p>Any thread may call; reads and writes run concurrently, their order is the caller's business.
 */
public final class Disk implements AutoCloseable {
  private final String name;
  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;
  private final FileHold hold;
  private final long sizeBytes;

  private Disk(String name, Path path, FileChannel channel, FileLock lock, FileHold hold)
      throws IOException {
    this.name = name;
    this.path = path;
    this.channel = channel;
    this.lock = lock;
    this.hold = hold;
    this.sizeBytes = channel.size();
  }

  /**
   * Opens what {@code path} names and locks it. Fails with one clear line if it is missing, of no
   * size, or served by another process.
   */
  public static Disk open(String name, Path path) throws IOException {
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw new IOException("disk " + name + ": " + path + " does not exist", e);
    }
    try {
      FileLock lock = lock(name, path, channel);
      if (channel.size() == 0) {
        throw new IOException("disk " + name + ": " + path + " has no size");
      }
      FileHold hold = FileHold.take(path).orElseThrow(() -> inUse(name, path));
      return new Disk(name, path, channel, lock, hold);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Creates a sparse file of {@code sizeBytes} to be a disk, durably; fails if it exists. */
  public static void create(Path path, long sizeBytes) throws IOException {
    if (sizeBytes <= 0) {
      throw new IOException("disk size " + sizeBytes + ": at least 1 byte");
    }
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), sizeBytes - 1);
      channel.force(true);
    } catch (IOException e) {
      if (!(e instanceof java.nio.file.FileAlreadyExistsException)) {
        Files.deleteIfExists(path);
      }
      throw e;
    }
    try (FileChannel directory =
        FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static FileLock lock(String name, Path path, FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      throw new IOException("disk " + name + ": " + path + " is already served here", e);
    }
    if (lock == null) {
      throw inUse(name, path);
    }
    return lock;
  }

  private static IOException inUse(String name, Path path) {
    return new IOException("disk " + name + ": " + path + " is in use by another process");
  }

  public String name() {
    return name;
  }

  public Path path() {
    return path;
  }

  public long sizeBytes() {
    return sizeBytes;
  }

  /** Fills {@code into} from {@code offset}; it must lie inside the disk as a whole. */
  public void read(long offset, MemorySegment into) throws ShareException {
    requireInside(offset, into.byteSize());
    try {
      long done = FileBytes.read(channel, offset, into);
      if (done < into.byteSize()) {
        throw new ShareException(
            NtStatus.IO_DEVICE_ERROR, "disk " + name + " ended early at " + (offset + done));
      }
    } catch (IOException e) {
      throw failed("read", e);
    }
  }

  /** Writes all of {@code from} at {@code offset}; durable on return if {@code writeThrough}. */
  public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
    requireInside(offset, from.byteSize());
    try {
      FileBytes.write(channel, offset, from);
      if (writeThrough) {
        channel.force(false);
      }
    } catch (IOException e) {
      throw failed("write", e);
    }
  }

  /** Returns when everything written before is durable. */
  public void flush() throws ShareException {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw failed("flush", e);
    }
  }

  /** Makes the range read as zeros. */
  public void zero(long offset, long length) throws ShareException {
    requireInside(offset, length);
    try {
      SparseFile.zero(path, channel, offset, length);
    } catch (IOException e) {
      throw failed("zero", e);
    }
  }

  /** Ranges that hold data within the given one. */
  public List<Extent> dataExtents(long offset, long length) throws ShareException {
    requireInside(offset, length);
    try {
      return SparseFile.dataExtents(path, channel, offset, length);
    } catch (IOException e) {
      throw failed("extents", e);
    }
  }

  private void requireInside(long offset, long length) throws ShareException {
    if (offset < 0 || length < 0 || offset > sizeBytes - length) {
      throw new ShareException(
          NtStatus.INVALID_PARAMETER,
          "range " + offset + "+" + length + " is outside disk " + name + " of " + sizeBytes);
    }
  }

  /** A sparse file can be full where its file system is; all else is the device's fault. */
  private ShareException failed(String what, IOException cause) {
    NtStatus status =
        ErrorStatus.statusOf(cause).equals(NtStatus.DISK_FULL)
            ? NtStatus.DISK_FULL
            : NtStatus.IO_DEVICE_ERROR;
    return new ShareException(
        status, "disk " + name + ": " + what + ": " + cause.getMessage(), cause);
  }

  /** Makes what was written durable, then lets go of the file. Idempotent. */
  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) {
      return;
    }
    try (hold;
        channel) {
      channel.force(false);
      lock.release();
    }
  }
}
