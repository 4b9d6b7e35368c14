package org.sealane.csv.lane;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.NtStatus;

/** A share whose first write of a chosen byte is held until the test lets it go on. */
final class HeldShare implements ShareBackend {
  private final ShareBackend share;
  private final byte held;
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final List<Byte> written = new CopyOnWriteArrayList<>();

  /**
   * @param held the first write that starts with this is held
   */
  HeldShare(ShareBackend share, byte held) {
    this.share = share;
    this.held = held;
  }

  /** Returns when the write to hold has begun. */
  void awaitHeld() throws InterruptedException {
    begun.await();
  }

  void release() {
    released.countDown();
  }

  /** The first byte of each write that has ended, in order. */
  List<Byte> written() {
    return List.copyOf(written);
  }

  @Override
  public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
    return new HeldOpen(share.create(parameters, caller));
  }

  @Override
  public VolumeInformation volumeInformation() throws ShareException {
    return share.volumeInformation();
  }

  @Override
  public void close() {
    share.close();
  }

  private final class HeldOpen implements ShareOpen {
    private final ShareOpen open;

    HeldOpen(ShareOpen open) {
      this.open = open;
    }

    @Override
    public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
      byte first = from.get(ValueLayout.JAVA_BYTE, 0);
      if (first == held && begun.getCount() > 0) {
        begun.countDown();
        try {
          released.await();
        } catch (InterruptedException e) {
          throw new ShareException(NtStatus.CANCELLED, "held", e);
        }
      }
      open.write(offset, from, writeThrough);
      written.add(first);
    }

    @Override
    public CreateAction action() {
      return open.action();
    }

    @Override
    public FileInformation information() throws ShareException {
      return open.information();
    }

    @Override
    public int read(long offset, MemorySegment into) throws ShareException {
      return open.read(offset, into);
    }

    @Override
    public void flush() throws ShareException {
      open.flush();
    }

    @Override
    public List<FileInformation> queryDirectory(String pattern, boolean restart, int limit)
        throws ShareException {
      return open.queryDirectory(pattern, restart, limit);
    }

    @Override
    public void setInformation(FileChange change) throws ShareException {
      open.setInformation(change);
    }

    @Override
    public List<Extent> allocatedRanges(long offset, long length) throws ShareException {
      return open.allocatedRanges(offset, length);
    }

    @Override
    public void zero(long offset, long length) throws ShareException {
      open.zero(offset, length);
    }

    @Override
    public void trim(long offset, long length) throws ShareException {
      open.trim(offset, length);
    }

    @Override
    public void close() throws ShareException {
      open.close();
    }
  }
}
