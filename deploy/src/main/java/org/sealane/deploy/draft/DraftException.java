package org.sealane.deploy.draft;

/** A draft is not what was asked for; nothing was signed. */
public final class DraftException extends Exception {
  private static final long serialVersionUID = 1L;

  DraftException(String message) {
    super(message);
  }

  DraftException(String message, Throwable cause) {
    super(message, cause);
  }
}
