package org.sealane.smb.encryption.key;

/**
 * A key does no work any more: its session was closed meanwhile, or it has done as much as one key
 * may. Checked, because closing a session races with its last messages by nature: drop the message
 * and the connection. Carries no stack, as it says nothing about where the key was closed.
 */
public final class KeyUnavailableException extends Exception {

  /** Why the key refuses. */
  public enum Reason {
    /** The session's keys were closed. */
    CLOSED,
    /** The key's hard stop is reached; a lane takes new keys long before. */
    EXHAUSTED
  }

  private final Reason reason;

  public KeyUnavailableException(Reason reason) {
    super(
        reason == Reason.CLOSED ? "the key is closed" : "the key is exhausted", null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
