package org.sealane.smb.share;

import org.sealane.smb.wire.NtStatus;

/** A share's operation failed; the status is what the client is told. */
public final class ShareException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient NtStatus status;

  public ShareException(NtStatus status, String what) {
    super(status + ": " + what);
    this.status = status;
  }

  public ShareException(NtStatus status, String what, Throwable cause) {
    super(status + ": " + what, cause);
    this.status = status;
  }

  public NtStatus status() {
    return status;
  }
}
