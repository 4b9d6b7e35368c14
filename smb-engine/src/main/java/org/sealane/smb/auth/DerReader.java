package org.sealane.smb.auth;

import java.util.Arrays;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * Reads DER ([X.690] 10) of a shape that the caller knows: one tag byte, definite lengths in the
 * shortest form. Nothing recurses, so nesting costs a peer what it costs us: nothing. Offsets in
 * errors count from the first byte of the whole token. Not thread-safe.
 */
final class DerReader {
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int OBJECT_IDENTIFIER = 0x06;
  static final int ENUMERATED = 0x0A;
  static final int SEQUENCE = 0x30;

  private final byte[] bytes;
  private final int end;
  private int position;

  DerReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private DerReader(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** True if the next element has {@code tag}. */
  boolean nextIs(int tag) {
    return position < end && Byte.toUnsignedInt(bytes[position]) == tag;
  }

  /** Steps into the next element, which must have {@code tag}. */
  DerReader enter(int tag, String field) throws MalformedMessageException {
    if (!nextIs(tag)) {
      int actual = position < end ? Byte.toUnsignedInt(bytes[position]) : -1;
      throw new MalformedMessageException(
          field, position, "tag 0x" + Integer.toHexString(tag), actual);
    }
    position++;
    int length = length(field);
    DerReader inside = new DerReader(bytes, position, position + length);
    position += length;
    return inside;
  }

  /** The content of the next element, which must have {@code tag}. */
  byte[] content(int tag, String field) throws MalformedMessageException {
    DerReader inside = enter(tag, field);
    return Arrays.copyOfRange(bytes, inside.position, inside.end);
  }

  boolean atEnd() {
    return position == end;
  }

  int offset() {
    return position;
  }

  /** Nothing may follow in this element. */
  void requireEnd(String field) throws MalformedMessageException {
    if (!atEnd()) {
      throw new MalformedMessageException(field, position, "its end", end - position);
    }
  }

  private int length(String field) throws MalformedMessageException {
    int first = octet(field);
    int length = first;
    if (first >= 0x80) {
      int octets = first - 0x80;
      if (octets < 1 || octets > 3) {
        throw new MalformedMessageException(field, position - 1, "a definite length", first);
      }
      length = 0;
      for (int i = 0; i < octets; i++) {
        length = length << 8 | octet(field);
      }
      int shortest = length < 0x80 ? 0 : length <= 0xFF ? 1 : length <= 0xFFFF ? 2 : 3;
      if (shortest != octets) {
        throw new MalformedMessageException(field, position, "the shortest length", length);
      }
    }
    if (length > end - position) {
      throw new MalformedMessageException(field, position, "at most " + (end - position), length);
    }
    return length;
  }

  private int octet(String field) throws MalformedMessageException {
    if (position >= end) {
      throw new MalformedMessageException(field, position, "a length", -1);
    }
    return Byte.toUnsignedInt(bytes[position++]);
  }
}
