package org.sealane.deploy.admin;

import java.util.Arrays;

/** A request was not carried out. The message is one line for the administrator. */
public final class AdminException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  public AdminException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public AdminException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  /** What kind of failure, and the HTTP status it travels as. */
  public enum Kind {
    /** The request itself is wrong. */
    INVALID(400),
    /** This caller may not. */
    FORBIDDEN(403),
    /** What it names does not exist. */
    ABSENT(404),
    /** It does not fit what is there now. */
    CONFLICT(409),
    /** The node takes no part in its cluster any more and did nothing: another is to be asked. */
    BARRED(421),
    /** The node failed. */
    FAILED(500),
    /** Not now: something it needs is away. */
    UNAVAILABLE(503);

    private final int httpStatus;

    Kind(int httpStatus) {
      this.httpStatus = httpStatus;
    }

    int httpStatus() {
      return httpStatus;
    }

    static Kind of(int httpStatus) {
      return Arrays.stream(values())
          .filter(kind -> kind.httpStatus == httpStatus)
          .findFirst()
          .orElse(FAILED);
    }
  }
}
