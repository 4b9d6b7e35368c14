package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;

/** The variable parts of messages: where an offset and a length say they are. */
final class Payloads {
  static final MemorySegment EMPTY = MemorySegment.ofArray(new byte[0]);

  private Payloads() {}

  /**
   * A view of a variable part. With length 0 the offset is not looked at, as senders leave anything
   * there.
   *
   * @param first the lowest offset that a variable part of this message can have
   */
  static MemorySegment slice(
      MessageReader in, String field, long offset, long lengthBytes, int first)
      throws MalformedMessageException {
    if (lengthBytes == 0) {
      return EMPTY;
    }
    requireBehind(field, offset, first);
    return in.slice(field, offset, lengthBytes);
  }

  /** Refuses a variable part that would overlap the fixed one. */
  static void requireBehind(String field, long offset, int first) throws MalformedMessageException {
    if (offset < first) {
      throw new MalformedMessageException(field, offset, "an offset from " + first, offset);
    }
  }

  /** Refuses channel information that has no bytes though there is a channel. */
  static void requirePresent(String field, long offset, int lengthBytes)
      throws MalformedMessageException {
    if (lengthBytes == 0) {
      throw new MalformedMessageException(field, offset, "more than 0 with a channel", lengthBytes);
    }
  }

  /** Our own mistake if an appended payload would not be where the message says. */
  static void requireAppended(int dataOffset, long lengthBytes, int payloadOffset) {
    if (lengthBytes > 0 && dataOffset != payloadOffset) {
      throw new IllegalArgumentException(
          "DataOffset " + dataOffset + ", the payload starts at " + payloadOffset);
    }
  }
}
