package org.sealane.smb.transport.tcp;

/** What the TCP transport counts. */
public enum TcpCounter {
  /** Connections that a listener took. */
  CONNECTIONS_ACCEPTED("connections accepted"),
  /** Connections made to a peer. */
  CONNECTIONS_MADE("connections made"),
  /** Connections that have ended. */
  CONNECTIONS_CLOSED("connections closed"),
  /** Connections closed at once because the listener's limit was reached. */
  CONNECTIONS_REFUSED("connections refused"),
  /** Failures to accept, as for want of file descriptors. */
  ACCEPT_ERRORS("accept errors"),
  /** Whole frames received. */
  FRAMES_RECEIVED("frames received"),
  /** Whole frames handed to the kernel. */
  FRAMES_SENT("frames sent"),
  /** Bytes received, prefixes included. */
  BYTES_RECEIVED("bytes received"),
  /** Bytes of the frames sent, without prefixes. */
  BYTES_SENT("bytes sent"),
  /** Connections closed because a prefix was wrong or announced too much. */
  FRAMING_VIOLATIONS("framing violations"),
  /** Connections that ended within a frame. */
  FRAMES_TRUNCATED("frames truncated"),
  /** Connections closed because a frame begun did not go on. */
  FRAMES_STALLED("frames stalled"),
  /** Times that reading stopped because too much frame memory was lent. */
  MEMORY_WAITS("waits for frame memory"),
  /** Connections reset because too much was queued for a peer that does not read. */
  SEND_QUEUE_OVERFLOWS("send queue overflows"),
  /** Connections reset because bytes that were queued became too weak to leave. */
  FORBIDDEN_SENDS("forbidden sends");

  private final String label;

  TcpCounter(String label) {
    this.label = label;
  }

  /** The words shown to an operator. */
  public String label() {
    return label;
  }
}
