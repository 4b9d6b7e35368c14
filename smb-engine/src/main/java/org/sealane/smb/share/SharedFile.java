package org.sealane.smb.share;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.sealane.smb.wire.NtStatus;

/** One file that is open, however often. Guarded by its share's lock. */
final class SharedFile {
  private static final int SHARE_READ = 1;
  private static final int SHARE_WRITE = 2;
  private static final int SHARE_DELETE = 4;
  private static final int READS = AccessMask.FILE_READ_DATA | AccessMask.FILE_EXECUTE;
  private static final int WRITES = AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA;
  private static final int CLAIMING = READS | WRITES | AccessMask.DELETE;

  private final RangeLocks locks;
  private final FileCaches caches;
  private final List<Claim> claims = new ArrayList<>();
  private Optional<SharePath> deletePath = Optional.empty();

  /**
   * What one open does with the file and lets others do.
   *
   * @param access specific rights only
   * @param shareAccess bits 1 read, 2 write, 4 delete
   */
  record Claim(int access, int shareAccess) {

    /** An open that touches no data claims nothing, [MS-FSA] 2.1.5.1.2.2. */
    boolean claimsAnything() {
      return (access & CLAIMING) != 0;
    }

    boolean conflictsWith(Claim other) {
      if (!claimsAnything() || !other.claimsAnything()) {
        return false;
      }
      return isDenied(access, other.shareAccess) || isDenied(other.access, shareAccess);
    }

    private static boolean isDenied(int access, int shareAccess) {
      return (access & READS) != 0 && (shareAccess & SHARE_READ) == 0
          || (access & WRITES) != 0 && (shareAccess & SHARE_WRITE) == 0
          || (access & AccessMask.DELETE) != 0 && (shareAccess & SHARE_DELETE) == 0;
    }
  }

  /**
   * @param locksOfAll how many byte-range locks the files of the share have together
   */
  SharedFile(LongSupplier nanoClock, AtomicInteger locksOfAll) {
    locks = new RangeLocks(locksOfAll);
    caches = new FileCaches(nanoClock);
  }

  boolean isIncompatible(Claim claim) {
    return claims.stream().anyMatch(claim::conflictsWith);
  }

  /** Refuses an open that the others do not let be. */
  void requireCompatible(Claim claim) throws ShareException {
    if (isIncompatible(claim)) {
      throw new ShareException(NtStatus.SHARING_VIOLATION, "open elsewhere");
    }
  }

  void requireNotDeletePending() throws ShareException {
    if (deletePath.isPresent()) {
      throw new ShareException(NtStatus.DELETE_PENDING, "waits for its last close");
    }
  }

  RangeLocks locks() {
    return locks;
  }

  FileCaches caches() {
    return caches;
  }

  int opens() {
    return claims.size();
  }

  void add(Claim claim) {
    claims.add(claim);
  }

  void remove(Claim claim) {
    claims.remove(claim);
  }

  boolean isUnused() {
    return claims.isEmpty();
  }

  /** The name to delete when the last open is closed. */
  Optional<SharePath> deletePath() {
    return deletePath;
  }

  void deletePath(Optional<SharePath> path) {
    deletePath = path;
  }
}
