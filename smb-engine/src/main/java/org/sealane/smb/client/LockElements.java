package org.sealane.smb.client;

import java.util.List;
import org.sealane.smb.io.LockRequest;
import org.sealane.smb.share.ByteRange;
import org.sealane.smb.share.RangeLock;

/** Locks as LOCK has them, [MS-SMB2] 2.2.26.1. None waits for another's to end. */
public final class LockElements {
  private LockElements() {}

  public static List<LockRequest.Element> locks(List<RangeLock> locks) {
    return locks.stream().map(LockElements::lock).toList();
  }

  private static LockRequest.Element lock(RangeLock lock) {
    int kind = lock.exclusive() ? LockRequest.EXCLUSIVE_LOCK : LockRequest.SHARED_LOCK;
    return element(lock.range(), kind | LockRequest.FAIL_IMMEDIATELY);
  }

  public static List<LockRequest.Element> unlocks(List<ByteRange> ranges) {
    return ranges.stream().map(range -> element(range, LockRequest.UNLOCK)).toList();
  }

  private static LockRequest.Element element(ByteRange range, int flags) {
    return new LockRequest.Element(range.offset(), range.lengthBytes(), flags);
  }
}
