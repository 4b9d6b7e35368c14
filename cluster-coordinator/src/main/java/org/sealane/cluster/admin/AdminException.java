package org.sealane.cluster.admin;

/** An administrator's request was not carried out; the message says why and what to do. */
public final class AdminException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What kind of obstacle. */
  public enum Kind {
    /** The request makes no sense. */
    INVALID,
    /** What it is about is not there. */
    NOT_FOUND,
    /** What it would make is there already. */
    EXISTS,
    /** A turn is under way. */
    TURN_RUNNING,
    /** Someone else changed it meanwhile. */
    CONFLICT,
    /** The document is not one this cluster follows. */
    REFUSED,
    /** ZooKeeper does not answer. */
    UNAVAILABLE,
    /** Not done in the time allowed; it goes on. */
    TIMEOUT
  }

  private final Kind kind;

  public AdminException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
