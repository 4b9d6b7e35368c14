package org.sealane.smb.encryption;

import java.lang.foreign.MemorySegment;

/**
 * The plaintext of a sealed message whose tag was found right. Only {@link MessageOpener} makes
 * one. Immutable; the bytes belong to whoever gave the destination.
 */
public final class VerifiedMessage {
  private final MemorySegment bytes;
  private final long sessionId;

  VerifiedMessage(MemorySegment bytes, long sessionId) {
    this.bytes = bytes;
    this.sessionId = sessionId;
  }

  /** The message or compounded chain: the destination that was given. */
  public MemorySegment bytes() {
    return bytes;
  }

  /**
   * The session it was sealed for. The first message of the chain must name the same one, [MS-SMB2]
   * 3.3.5.2.1.1.
   */
  public long sessionId() {
    return sessionId;
  }

  @Override
  public String toString() {
    return "VerifiedMessage[%d bytes, session=0x%016x]".formatted(bytes.byteSize(), sessionId);
  }
}
