package org.sealane.smb.client;

import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.NtStatus;

/** Why a request of the client failed. Carries no stack: requests fail by the thousand at once. */
public abstract sealed class ClientException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient NtStatus status;

  private ClientException(NtStatus status, String message, Throwable cause) {
    super(message, cause, false, false);
    this.status = status;
  }

  /** The status that says the same: the server's own, or the nearest. */
  public NtStatus status() {
    return status;
  }

  /** The server answered with a failure; the connection goes on. */
  public static final class ServerStatus extends ClientException {
    private static final long serialVersionUID = 1L;

    ServerStatus(Command command, NtStatus status) {
      super(status, command + ": " + status, null);
    }
  }

  /** The connection is gone. */
  public static final class ConnectionLost extends ClientException {
    private static final long serialVersionUID = 1L;

    private final boolean sent;

    ConnectionLost(String reason, boolean sent, Throwable cause) {
      super(NtStatus.CONNECTION_DISCONNECTED, "connection lost: " + reason, cause);
      this.sent = sent;
    }

    /** False if the request never left, so that it can have had no effect. */
    public boolean sent() {
      return sent;
    }
  }

  /** The server broke a rule of the protocol; the connection was closed for it. */
  public static final class Violation extends ClientException {
    private static final long serialVersionUID = 1L;

    Violation(String what) {
      this(NtStatus.INVALID_NETWORK_RESPONSE, what);
    }

    Violation(NtStatus status, String what) {
      super(status, what, null);
    }
  }

  /** The server did not answer in time; the request may still have an effect. */
  public static final class TimedOut extends ClientException {
    private static final long serialVersionUID = 1L;

    private final boolean sent;

    TimedOut(Command command, boolean sent) {
      super(
          NtStatus.IO_TIMEOUT, command + (sent ? " not answered" : " not sent") + " in time", null);
      this.sent = sent;
    }

    /** False if the request never left, so that it can have had no effect. */
    public boolean sent() {
      return sent;
    }
  }

  /** The caller gave the request up; it may still have an effect if it was sent. */
  public static final class Cancelled extends ClientException {
    private static final long serialVersionUID = 1L;

    Cancelled(Command command) {
      super(NtStatus.CANCELLED, command + " cancelled", null);
    }
  }

  /** Too much is under way already; the request was not sent. */
  public static final class LimitReached extends ClientException {
    private static final long serialVersionUID = 1L;

    LimitReached(String limit, long value) {
      super(NtStatus.INSUFFICIENT_RESOURCES, limit + " of " + value + " reached", null);
    }
  }

  /** One of the two sides did not accept the other. */
  public static final class AuthenticationFailed extends ClientException {
    private static final long serialVersionUID = 1L;

    AuthenticationFailed(NtStatus status, String reason) {
      super(status, "authentication failed: " + reason, null);
    }
  }

  /** The server's answer to NEGOTIATE is not one that this client accepts. */
  public static final class NegotiationFailed extends ClientException {
    private static final long serialVersionUID = 1L;

    NegotiationFailed(String field, String expected, String actual) {
      super(
          NtStatus.NOT_SUPPORTED,
          "negotiation failed: " + field + " is " + actual + ", not " + expected,
          null);
    }
  }
}
