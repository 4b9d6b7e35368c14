package org.sealane.smb.auth;

/** Keys or certificates that can not be used. The message is one line for the operator. */
public final class CredentialsException extends Exception {
  private static final long serialVersionUID = 1L;

  public CredentialsException(String message) {
    super(message);
  }

  public CredentialsException(String message, Throwable cause) {
    super(message, cause);
  }
}
