package org.sealane.smb.client;

import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.Command;

/** What a server did that ends the connection. Carries no stack: a hostile peer causes it. */
final class Breach extends Exception {
  private static final long serialVersionUID = 1L;

  /** Which rule was broken. */
  sealed interface Kind {
    /** A rule of format or order. */
    record Protocol(String what) implements Kind {}

    /** A wrong signature or tag. */
    record Tampering(String evidence) implements Kind {}

    /** A response below its request's level. */
    record Weak(Command command, Level required, Level actual) implements Kind {}
  }

  private final transient Kind kind;

  Breach(Kind kind) {
    super(null, null, false, false);
    this.kind = kind;
  }

  static Breach protocol(String what) {
    return new Breach(new Kind.Protocol(what));
  }

  static Breach tampering(String evidence) {
    return new Breach(new Kind.Tampering(evidence));
  }

  Kind kind() {
    return kind;
  }

  @Override
  public String getMessage() {
    return switch (kind) {
      case Kind.Protocol(String what) -> what;
      case Kind.Tampering(String evidence) -> evidence;
      case Kind.Weak(Command command, Level required, Level actual) ->
          command + " response came at level " + actual.word() + " instead of " + required.word();
    };
  }
}
