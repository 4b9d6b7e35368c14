package org.sealane.deploy.cli;

/** The command failed: exit code 1. The message is one line that says what, and what to do. */
final class CliFailure extends Exception {
  private static final long serialVersionUID = 1L;

  CliFailure(String message) {
    super(message);
  }

  CliFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
