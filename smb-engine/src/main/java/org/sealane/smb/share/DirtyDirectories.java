package org.sealane.smb.share;

import java.util.HashMap;
import java.util.Map;

/**
 * Directories whose entries changed and were not made durable since. Guarded by its share's lock; a
 * caller synchronizes a directory outside the lock and says afterwards which change it had seen.
 */
final class DirtyDirectories {
  /** More than this are not told apart: each directory then counts as changed. */
  static final int KEPT_MAX = 4096;

  private final Map<FileKey, Long> changes = new HashMap<>();
  private long lastChange;
  private boolean overflowed;

  void changed(FileKey directory) {
    lastChange++;
    if (overflowed) {
      return;
    }
    changes.put(directory, lastChange);
    if (changes.size() > KEPT_MAX) {
      overflowed = true;
      changes.clear();
    }
  }

  /** The directory is no more. */
  void forget(FileKey directory) {
    changes.remove(directory);
  }

  boolean isEmpty() {
    return changes.isEmpty() && !overflowed;
  }

  boolean contains(FileKey directory) {
    return overflowed || changes.containsKey(directory);
  }

  /** Names the newest change, to be given to {@link #synchronizedUpTo}. */
  long lastChange() {
    return lastChange;
  }

  /** The directory's changes up to the one named are durable. */
  void synchronizedUpTo(FileKey directory, long change) {
    changes.computeIfPresent(directory, (_, newest) -> newest <= change ? null : newest);
  }
}
