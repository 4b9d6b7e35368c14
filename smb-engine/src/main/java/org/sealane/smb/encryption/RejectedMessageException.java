package org.sealane.smb.encryption;

/**
 * A sealed message is not what it must be. [MS-SMB2] 3.3.5.2.1.1 and 3.2.5.1.1.1 leave one
 * reaction: disconnect, with no word to the peer about which check failed. Carries no stack, as a
 * hostile peer decides how often it is thrown.
 */
public final class RejectedMessageException extends Exception {

  /** Which check failed, for our own log and counters. */
  public enum Reason {
    /** The header is too short, not a TRANSFORM_HEADER, or contradicts the frame. */
    MALFORMED,
    /** The header names a session other than the one whose keys were asked. */
    SESSION,
    /** The tag does not fit: forged, damaged, or sealed under another key. */
    TAG,
    /** An encrypted message inside an encrypted message. */
    NESTED
  }

  private final Reason reason;

  RejectedMessageException(Reason reason, String detail) {
    super(reason + ": " + detail, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
