package org.sealane.smb.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Bounded view of exactly one message, little-endian. Offsets count from the first byte of the
 * segment; for an SMB2 message that is the header's ProtocolId, as in the specification. Every
 * access is checked in {@code long} arithmetic and names the field in the error.
 *
 * <p>The reader borrows the segment and never keeps or writes it.
 */
public final class MessageReader {
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfLong U64_BIG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** Bytes of a GUID. */
  static final int GUID_LENGTH = 16;

  private final MemorySegment message;

  public MessageReader(MemorySegment message) {
    this.message = message;
  }

  /** Bytes in the message. */
  public long length() {
    return message.byteSize();
  }

  /** The whole message. */
  public MemorySegment message() {
    return message;
  }

  public int u8(String field, long offset) throws MalformedMessageException {
    require(field, offset, 1);
    return Byte.toUnsignedInt(message.get(ValueLayout.JAVA_BYTE, offset));
  }

  public int u16(String field, long offset) throws MalformedMessageException {
    require(field, offset, 2);
    return Short.toUnsignedInt(message.get(U16, offset));
  }

  /** A 32-bit field of flags, ids or a status, as its bits. */
  public int i32(String field, long offset) throws MalformedMessageException {
    require(field, offset, 4);
    return message.get(U32, offset);
  }

  /** A 32-bit length, count or offset, never negative. */
  public long u32(String field, long offset) throws MalformedMessageException {
    return Integer.toUnsignedLong(i32(field, offset));
  }

  public long i64(String field, long offset) throws MalformedMessageException {
    require(field, offset, 8);
    return message.get(U64, offset);
  }

  /** A copy of {@code length} bytes. */
  public byte[] bytes(String field, long offset, long length) throws MalformedMessageException {
    return slice(field, offset, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /** The bytes themselves, not a copy; valid as long as the message is. */
  public MemorySegment slice(String field, long offset, long length)
      throws MalformedMessageException {
    require(field, offset, length);
    return message.asSlice(offset, length);
  }

  /** UTF-16LE text of {@code lengthBytes}, which must be even; unpaired surrogates are refused. */
  public String utf16(String field, long offset, long lengthBytes)
      throws MalformedMessageException {
    if ((lengthBytes & 1) != 0) {
      throw new MalformedMessageException(field, offset, "an even length", lengthBytes);
    }
    try {
      return StandardCharsets.UTF_16LE
          .newDecoder()
          .decode(slice(field, offset, lengthBytes).asByteBuffer())
          .toString();
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new MalformedMessageException(field, offset, "well-formed UTF-16", lengthBytes);
    }
  }

  /**
   * The bytes that an offset and a length field of the message name; not a copy. A length of zero
   * gives an empty segment whatever the offset says, as peers leave it unset.
   *
   * @param earliest where the variable part of the message begins; an offset before it would let
   *     the buffer lie over fixed fields
   */
  public MemorySegment variable(String field, long offset, long length, long earliest)
      throws MalformedMessageException {
    requireVariable(field, offset, length, earliest);
    return length == 0 ? message.asSlice(0, 0) : message.asSlice(offset, length);
  }

  /** As {@link #variable}, a copy. */
  public byte[] variableBytes(String field, long offset, long length, long earliest)
      throws MalformedMessageException {
    return variable(field, offset, length, earliest).toArray(ValueLayout.JAVA_BYTE);
  }

  /** As {@link #variable}, read as {@link #utf16}. */
  public String variableUtf16(String field, long offset, long length, long earliest)
      throws MalformedMessageException {
    requireVariable(field, offset, length, earliest);
    return length == 0 ? "" : utf16(field, offset, length);
  }

  /** A GUID, [MS-DTYP] 2.3.4.2: its first three parts are little-endian. */
  public UUID guid(String field, long offset) throws MalformedMessageException {
    require(field, offset, GUID_LENGTH);
    long first = Integer.toUnsignedLong(message.get(U32, offset));
    long second = Short.toUnsignedLong(message.get(U16, offset + 4));
    long third = Short.toUnsignedLong(message.get(U16, offset + 6));
    return new UUID(first << 32 | second << 16 | third, message.get(U64_BIG, offset + 8));
  }

  private void requireVariable(String field, long offset, long length, long earliest)
      throws MalformedMessageException {
    if (length == 0) {
      return;
    }
    if (offset < earliest) {
      throw new MalformedMessageException(field, offset, "an offset from " + earliest, offset);
    }
    require(field, offset, length);
  }

  /** Refuses unless {@code offset .. offset + length} lies inside the message. */
  public void require(String field, long offset, long length) throws MalformedMessageException {
    if (offset < 0 || length < 0 || offset > message.byteSize() - length) {
      throw new MalformedMessageException(
          field, offset, length + " bytes within " + message.byteSize(), length);
    }
  }

  /** Refuses unless the body's StructureSize is what the specification fixes. */
  public void requireStructureSize(int expected) throws MalformedMessageException {
    long offset = Smb2Header.LENGTH;
    int actual = u16("StructureSize", offset);
    if (actual != expected) {
      throw new MalformedMessageException(
          "StructureSize", offset, Integer.toString(expected), actual);
    }
  }
}
