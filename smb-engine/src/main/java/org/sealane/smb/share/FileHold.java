package org.sealane.smb.share;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Holds a file or block device, so that no second process takes it. The JDK's file locks are
 * fcntl(2)'s, which this process loses when it closes any descriptor of the file, whoever opened
 * it; this is flock(2)'s, which belongs to one open and ends with it. Any thread may call.
 */
public final class FileHold implements AutoCloseable {
  /** None where the system has no such calls: then the file is not held. */
  private static final int NO_DESCRIPTOR = -1;

  private int descriptor;

  private FileHold(int descriptor) {
    this.descriptor = descriptor;
  }

  /** Takes the file, which must be there; empty if another open of it is held. */
  public static Optional<FileHold> take(Path path) throws IOException {
    if (!PosixFile.available()) {
      return Optional.of(new FileHold(NO_DESCRIPTOR));
    }
    int descriptor = PosixFile.open(path.toString(), PosixFile.O_RDWR | PosixFile.O_NOFOLLOW);
    try {
      PosixFile.lock(descriptor);
      return Optional.of(new FileHold(descriptor));
    } catch (PosixException e) {
      PosixFile.close(descriptor);
      if (e.errno() == Errno.EWOULDBLOCK) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Lets go of the file. Idempotent. */
  @Override
  public synchronized void close() {
    if (descriptor != NO_DESCRIPTOR) {
      PosixFile.close(descriptor);
      descriptor = NO_DESCRIPTOR;
    }
  }
}
