package org.sealane.deploy.config;

/** The configuration can not be used. The message is one line: where, what, what is accepted. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  ConfigException(String message) {
    super(message);
  }

  ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
