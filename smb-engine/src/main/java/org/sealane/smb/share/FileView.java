package org.sealane.smb.share;

import java.time.Instant;

/** Puts together what a client is told of a file. */
final class FileView {
  /** Below this a file may lie in its inode, so storage less than its size means no holes. */
  private static final int SPARSE_FROM_BYTES = 64 << 10;

  private FileView() {}

  /**
   * @param rootDevice the device that most files of the share are on
   */
  static FileInformation of(String name, FileStatus status, DosAttributes dos, long rootDevice) {
    boolean directory = status.isDirectory();
    int attributes = dos.attributes();
    if (directory) {
      attributes |= FileAttributes.DIRECTORY;
    } else if (hasHoles(status)) {
      attributes |= FileAttributes.SPARSE_FILE;
    }
    return new FileInformation(
        name,
        fileId(status.key(), rootDevice),
        dos.creationTime().or(status::birth).orElseGet(() -> earliest(status)),
        status.lastAccess(),
        status.lastWrite(),
        status.change(),
        directory ? 0 : status.size(),
        directory ? 0 : status.allocated(),
        attributes,
        status.links());
  }

  private static boolean hasHoles(FileStatus status) {
    return status.size() > SPARSE_FROM_BYTES
        && status.allocated() + status.blockBytes() <= status.size();
  }

  private static Instant earliest(FileStatus status) {
    return status.lastWrite().isBefore(status.change()) ? status.lastWrite() : status.change();
  }

  /** Numbers of other devices mounted below the root are moved, so that few fall together. */
  private static long fileId(FileKey key, long rootDevice) {
    return key.inode() ^ Long.rotateLeft(key.device() ^ rootDevice, 48);
  }
}
