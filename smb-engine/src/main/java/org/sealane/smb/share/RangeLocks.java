package org.sealane.smb.share;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.sealane.smb.wire.NtStatus;

/**
 * The byte-range locks of one file, [MS-FSA] 2.1.4.10 and 2.1.5.8. A lock belongs to an open and
 * ends with it. They bind who comes through the share; programs of the host neither see nor set
 * them. Any thread may call; nothing blocks.
 */
final class RangeLocks {
  /** Most locks of one file: each read and write looks through all of them. */
  static final int LOCKS_MAX = 8192;

  /** Most locks of all files of a share. */
  static final int LOCKS_MAX_ALL = 262_144;

  private record Held(DirectoryShareOpen owner, RangeLock lock) {}

  private final AtomicInteger ofAll;
  private final List<Held> held = new ArrayList<>();

  /** Lets reads and writes pass without a lock where there is nothing to look at. */
  private volatile boolean empty = true;

  /**
   * @param ofAll how many locks the files of the share have together
   */
  RangeLocks(AtomicInteger ofAll) {
    this.ofAll = ofAll;
  }

  boolean areNone() {
    return empty;
  }

  /** Takes all or none, in order: each has to go with those before it. */
  synchronized void lock(DirectoryShareOpen owner, List<RangeLock> wanted) throws ShareException {
    int before = held.size();
    if (before + wanted.size() > LOCKS_MAX || ofAll.get() + wanted.size() > LOCKS_MAX_ALL) {
      throw new ShareException(
          NtStatus.INSUFFICIENT_RESOURCES,
          LOCKS_MAX + " locks of a file and " + LOCKS_MAX_ALL + " of a share are the limits");
    }
    try {
      for (RangeLock lock : wanted) {
        requireGrantable(owner, lock);
        held.add(new Held(owner, lock));
      }
    } catch (ShareException e) {
      held.subList(before, held.size()).clear();
      throw e;
    } finally {
      ofAll.addAndGet(held.size() - before);
      empty = held.isEmpty();
    }
  }

  private void requireGrantable(DirectoryShareOpen owner, RangeLock wanted) throws ShareException {
    if (!wanted.range().isValid()) {
      throw new ShareException(NtStatus.INVALID_LOCK_RANGE, "passes 64 bits");
    }
    for (Held other : held) {
      if (other.lock().range().overlaps(wanted.range()) && !goTogether(other, owner, wanted)) {
        throw new ShareException(NtStatus.LOCK_NOT_GRANTED, "locked already");
      }
    }
  }

  /** A shared lock may lie on shared ones, and on an exclusive one of the same open. */
  private static boolean goTogether(Held other, DirectoryShareOpen owner, RangeLock wanted) {
    return !wanted.exclusive() && (!other.lock().exclusive() || other.owner() == owner);
  }

  /** Ends locks of exactly these ranges, in order; those before one that fails have ended. */
  synchronized void unlock(DirectoryShareOpen owner, List<ByteRange> ranges) throws ShareException {
    for (ByteRange range : ranges) {
      if (!range.isValid()) {
        throw new ShareException(NtStatus.INVALID_LOCK_RANGE, "passes 64 bits");
      }
      if (!remove(owner, range, true) && !remove(owner, range, false)) {
        throw new ShareException(NtStatus.RANGE_NOT_LOCKED, "no lock of that range");
      }
    }
  }

  private boolean remove(DirectoryShareOpen owner, ByteRange range, boolean exclusive) {
    boolean removed = held.remove(new Held(owner, new RangeLock(range, exclusive)));
    if (removed) {
      ofAll.decrementAndGet();
    }
    empty = held.isEmpty();
    return removed;
  }

  /** Ends every lock of an open that is closed. */
  synchronized void release(DirectoryShareOpen owner) {
    int before = held.size();
    held.removeIf(lock -> lock.owner() == owner);
    ofAll.addAndGet(held.size() - before);
    empty = held.isEmpty();
  }

  /** Refuses what others have locked exclusively. */
  void requireReadable(DirectoryShareOpen reader, long offset, long lengthBytes)
      throws ShareException {
    requireFree(reader, new ByteRange(offset, lengthBytes), false);
  }

  /** Refuses what others have locked, and what the writer itself has locked to share it. */
  void requireWritable(DirectoryShareOpen writer, long offset, long lengthBytes)
      throws ShareException {
    requireFree(writer, new ByteRange(offset, lengthBytes), true);
  }

  private void requireFree(DirectoryShareOpen user, ByteRange range, boolean writes)
      throws ShareException {
    if (empty || range.lengthBytes() == 0) {
      return;
    }
    synchronized (this) {
      for (Held lock : held) {
        boolean denies = lock.lock().exclusive() ? lock.owner() != user : writes;
        if (denies && lock.lock().range().overlaps(range)) {
          throw new ShareException(NtStatus.FILE_LOCK_CONFLICT, "the range is locked");
        }
      }
    }
  }
}
