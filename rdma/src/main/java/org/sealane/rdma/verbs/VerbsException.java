package org.sealane.rdma.verbs;

import java.io.IOException;

/** A verbs call failed, or a connection did not come about. The message is one line. */
public final class VerbsException extends IOException {
  private static final long serialVersionUID = 1;

  /** What a caller can tell apart. */
  public enum Kind {
    /** The peer does not listen there, or rejected. */
    REFUSED,
    /** No route, no such host, no answer. */
    UNREACHABLE,
    TIMED_OUT,
    /** A queue, a device limit, locked or shared memory is used up. */
    EXHAUSTED,
    ADDRESS_IN_USE,
    /** The device or this kind of connection can not do it. */
    UNSUPPORTED,
    /** The provider, queue pair or region was closed. */
    CLOSED,
    /** Anything else the device or the system said. */
    DEVICE
  }

  private final Kind kind;

  public VerbsException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public VerbsException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
