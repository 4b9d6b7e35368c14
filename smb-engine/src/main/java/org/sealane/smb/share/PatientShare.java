package org.sealane.smb.share;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.sealane.smb.wire.NtStatus;

/**
 * A share for whoever is no SMB client and can block: where a client has to give up what it caches,
 * it tries again until that has happened, which the share bounds. Any thread may call.
 */
public final class PatientShare implements ShareBackend {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final ShareBackend share;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition never = lock.newCondition();

  /** The share stays the caller's. */
  public PatientShare(ShareBackend share) {
    this.share = share;
  }

  @FunctionalInterface
  private interface Attempt<T> {
    T make() throws ShareException;
  }

  private <T> T attempt(Attempt<T> attempt) throws ShareException {
    while (true) {
      try {
        return attempt.make();
      } catch (ShareException e) {
        if (!e.status().equals(NtStatus.OPLOCK_BREAK_IN_PROGRESS)) {
          throw e;
        }
        pause(e);
      }
    }
  }

  private void pause(ShareException why) throws ShareException {
    lock.lock();
    try {
      long leftNanos = PAUSE_NANOS;
      while (leftNanos > 0) {
        leftNanos = never.awaitNanos(leftNanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      why.addSuppressed(e);
      throw new ShareException(NtStatus.CANCELLED, "interrupted: " + why.getMessage(), why);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
    return new PatientOpen(attempt(() -> share.create(parameters, caller)));
  }

  @Override
  public VolumeInformation volumeInformation() throws ShareException {
    return share.volumeInformation();
  }

  /** The share is not this object's to close. */
  @Override
  public void close() {}

  /** Only what changes names can meet a client that has to answer. */
  private final class PatientOpen implements ShareOpen {
    private final ShareOpen open;

    PatientOpen(ShareOpen open) {
      this.open = open;
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
    public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
      open.write(offset, from, writeThrough);
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
      attempt(() -> {
        open.setInformation(change);
        return null;
      });
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
    public void lock(List<RangeLock> locks) throws ShareException {
      open.lock(locks);
    }

    @Override
    public void unlock(List<ByteRange> ranges) throws ShareException {
      open.unlock(ranges);
    }

    @Override
    public void close() throws ShareException {
      open.close();
    }

    @Override
    public void abandon() throws ShareException {
      open.abandon();
    }
  }
}
