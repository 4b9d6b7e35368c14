package org.sealane.cluster.ownership;

/** A directory can not be the backing of a volume; the message says why, in one line. */
public final class BackingException extends Exception {
  private static final long serialVersionUID = 1L;

  public BackingException(String message) {
    super(message);
  }

  public BackingException(String message, Throwable cause) {
    super(message, cause);
  }
}
