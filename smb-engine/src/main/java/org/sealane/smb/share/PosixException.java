package org.sealane.smb.share;

import java.io.IOException;

/** A call of the C library failed. */
final class PosixException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  PosixException(String call, int errno) {
    super(call + ": " + PosixFile.message(errno));
    this.errno = errno;
  }

  int errno() {
    return errno;
  }
}
