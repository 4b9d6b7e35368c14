package org.sealane.smb.share;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.sealane.smb.wire.NtStatus;

/** An open of a directory. */
final class FolderOpen extends DirectoryShareOpen {
  /** One enumeration at a time, as its place is the open's. */
  private final ReentrantLock scanning = new ReentrantLock();

  private Optional<FolderScan> scan = Optional.empty();

  FolderOpen(DirectoryShare share, Anchor anchor, FileKey key, SharePath path, Grant grant) {
    super(share, anchor, key, path, grant);
  }

  @Override
  public List<FileInformation> queryDirectory(String pattern, boolean restart, int limit)
      throws ShareException {
    return using(() -> {
      requireGranted(AccessMask.FILE_READ_DATA);
      scanning.lock();
      try {
        if (restart || scan.isEmpty()) {
          NamePattern checked = NamePattern.of(pattern);
          endScan();
          scan = Optional.of(new FolderScan(share, this, checked));
        }
        return scan.get().next(limit);
      } finally {
        scanning.unlock();
      }
    });
  }

  @Override
  public Changes changes(WatchRequest watch) throws ShareException {
    return using(() -> {
      requireGranted(AccessMask.FILE_READ_DATA);
      return share.changes(this, watch);
    });
  }

  private void endScan() {
    scan.ifPresent(FolderScan::close);
    scan = Optional.empty();
  }

  @Override
  public void flush() throws ShareException {
    using(() -> {
      anchor.synchronize();
      share.synchronizeEntries(this);
      return null;
    });
  }

  @Override
  public int read(long offset, MemorySegment into) throws ShareException {
    throw notAFile();
  }

  @Override
  public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
    throw notAFile();
  }

  @Override
  public List<Extent> allocatedRanges(long offset, long length) throws ShareException {
    throw notAFile();
  }

  @Override
  public void zero(long offset, long length) throws ShareException {
    throw notAFile();
  }

  @Override
  public void trim(long offset, long length) throws ShareException {
    throw notAFile();
  }

  @Override
  public void lock(List<RangeLock> wanted) throws ShareException {
    throw hasNoRanges();
  }

  @Override
  public void unlock(List<ByteRange> ranges) throws ShareException {
    throw hasNoRanges();
  }

  private ShareException hasNoRanges() throws ShareException {
    return using(() -> wrong(NtStatus.INVALID_PARAMETER, "a directory has no ranges"));
  }

  @Override
  void setEndOfFile(long bytes) throws ShareException {
    throw wrong(NtStatus.INVALID_PARAMETER, "a directory has no size");
  }

  @Override
  void setAllocation(long bytes) throws ShareException {
    throw wrong(NtStatus.INVALID_PARAMETER, "a directory has no size");
  }

  @Override
  void setSparse(boolean sparse) throws ShareException {
    throw wrong(NtStatus.INVALID_PARAMETER, "a directory is not sparse");
  }

  private ShareException notAFile() throws ShareException {
    return using(() -> wrong(NtStatus.INVALID_DEVICE_REQUEST, "a directory has no content"));
  }

  @Override
  void closeContent() throws IOException {
    endScan();
  }
}
