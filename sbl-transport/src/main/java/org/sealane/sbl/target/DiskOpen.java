package org.sealane.sbl.target;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.List;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.FileAttributes;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.NtStatus;

/** One open of a disk. Any thread may call; closing it leaves the disk open for others. */
final class DiskOpen implements ShareOpen {
  private final DiskTarget target;
  private final Disk disk;
  private final boolean mayRead;
  private final boolean mayWrite;
  private final boolean alwaysThrough;
  private volatile boolean closed;

  DiskOpen(DiskTarget target, Disk disk, boolean mayRead, boolean mayWrite, boolean alwaysThrough) {
    this.target = target;
    this.disk = disk;
    this.mayRead = mayRead;
    this.mayWrite = mayWrite;
    this.alwaysThrough = alwaysThrough;
  }

  @Override
  public CreateAction action() {
    return CreateAction.OPENED;
  }

  @Override
  public FileInformation information() throws ShareException {
    requireOpen();
    return new FileInformation(
        disk.name(),
        disk.name().hashCode(),
        Instant.EPOCH,
        Instant.EPOCH,
        Instant.EPOCH,
        Instant.EPOCH,
        disk.sizeBytes(),
        disk.sizeBytes(),
        FileAttributes.NORMAL,
        1);
  }

  @Override
  public int read(long offset, MemorySegment into) throws ShareException {
    requireOpen();
    requireGranted(mayRead, "reading");
    disk.read(offset, into);
    return Math.toIntExact(into.byteSize());
  }

  @Override
  public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
    requireOpen();
    requireGranted(mayWrite, "writing");
    disk.write(offset, from, writeThrough || alwaysThrough);
  }

  @Override
  public void flush() throws ShareException {
    requireOpen();
    disk.flush();
  }

  @Override
  public List<FileInformation> queryDirectory(String pattern, boolean restart, int limit)
      throws ShareException {
    throw new ShareException(NtStatus.INVALID_PARAMETER, "a disk is no directory");
  }

  @Override
  public void setInformation(FileChange change) throws ShareException {
    throw new ShareException(
        NtStatus.INVALID_DEVICE_REQUEST, "a disk's size, name and times are fixed");
  }

  @Override
  public List<Extent> allocatedRanges(long offset, long length) throws ShareException {
    requireOpen();
    requireGranted(mayRead, "reading");
    return disk.dataExtents(offset, length);
  }

  @Override
  public void zero(long offset, long length) throws ShareException {
    requireOpen();
    requireGranted(mayWrite, "writing");
    disk.zero(offset, length);
  }

  @Override
  public void trim(long offset, long length) throws ShareException {
    zero(offset, length);
  }

  private void requireOpen() throws ShareException {
    if (closed) {
      throw new ShareException(NtStatus.FILE_CLOSED, "this open of disk " + disk.name());
    }
    target.requireServed(disk);
  }

  private void requireGranted(boolean granted, String what) throws ShareException {
    if (!granted) {
      throw new ShareException(
          NtStatus.ACCESS_DENIED, "disk " + disk.name() + " was not opened for " + what);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
