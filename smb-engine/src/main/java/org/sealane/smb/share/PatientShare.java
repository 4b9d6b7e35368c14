package org.sealane.smb.share;

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
  private final class PatientOpen extends ForwardingShareOpen {
    PatientOpen(ShareOpen open) {
      super(open);
    }

    @Override
    public void setInformation(FileChange change) throws ShareException {
      attempt(() -> {
        open.setInformation(change);
        return null;
      });
    }
  }
}
