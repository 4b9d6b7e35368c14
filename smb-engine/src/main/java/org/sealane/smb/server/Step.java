package org.sealane.smb.server;

/** How a request goes on after the owner thread has looked at it. */
sealed interface Step {
  /** It is answered. */
  record Done(Response response) implements Step {}

  /** A worker goes on; then {@code Connection.onCompleted}. */
  record Run(Operation operation) implements Step {}

  /** It waits for other requests; who waited for them resumes it. */
  record Parked() implements Step {}

  /** It breaks a rule whose breach ends the connection without a response. */
  record Disconnect(String violation) implements Step {}

  static Step error(org.sealane.smb.wire.NtStatus status) {
    return new Done(Response.error(status));
  }
}
