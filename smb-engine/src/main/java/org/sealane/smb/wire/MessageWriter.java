package org.sealane.smb.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * Builds one message, little-endian, growing as needed. Bytes not written are zero, so reserved
 * fields and padding never leak what memory held before. Offsets count from the message's first
 * byte.
 *
 * <p>The writer owns its array until {@link #written} hands out a view; write nothing after that.
 */
public final class MessageWriter {
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64_BIG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int INITIAL_BYTES = 256;

  private byte[] array = new byte[INITIAL_BYTES];
  private MemorySegment segment = MemorySegment.ofArray(array);
  private int length;

  /** Bytes in the message so far: one past the highest written. */
  public int length() {
    return length;
  }

  public MessageWriter u8(int offset, int value) {
    reserve(offset, 1);
    segment.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    return this;
  }

  public MessageWriter u16(int offset, int value) {
    if (value < 0 || value > 0xFFFF) {
      throw new IllegalArgumentException("value " + value + " does not fit 16 bits");
    }
    reserve(offset, 2);
    segment.set(U16, offset, (short) value);
    return this;
  }

  public MessageWriter i32(int offset, int value) {
    reserve(offset, 4);
    segment.set(U32, offset, value);
    return this;
  }

  /** A 32-bit length, count or offset. */
  public MessageWriter u32(int offset, long value) {
    if (value < 0 || value > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException("value " + value + " does not fit 32 bits");
    }
    return i32(offset, (int) value);
  }

  public MessageWriter i64(int offset, long value) {
    reserve(offset, 8);
    segment.set(U64, offset, value);
    return this;
  }

  /** Writes a GUID, [MS-DTYP] 2.3.4.2: its first three parts little-endian. */
  public MessageWriter guid(int offset, UUID value) {
    reserve(offset, MessageReader.GUID_LENGTH);
    long high = value.getMostSignificantBits();
    segment.set(U32, offset, (int) (high >>> 32));
    segment.set(U16, offset + 4, (short) (high >>> 16));
    segment.set(U16, offset + 6, (short) high);
    segment.set(U64_BIG, offset + 8, value.getLeastSignificantBits());
    return this;
  }

  public MessageWriter bytes(int offset, byte[] value) {
    reserve(offset, value.length);
    System.arraycopy(value, 0, array, offset, value.length);
    return this;
  }

  public MessageWriter bytes(int offset, MemorySegment value) {
    reserve(offset, Math.toIntExact(value.byteSize()));
    MemorySegment.copy(value, 0, segment, offset, value.byteSize());
    return this;
  }

  /** Writes the text as UTF-16LE without a terminator and returns its length in bytes. */
  public int utf16(int offset, String value) {
    byte[] encoded = value.getBytes(StandardCharsets.UTF_16LE);
    bytes(offset, encoded);
    return encoded.length;
  }

  /** Extends the message with zeros to a multiple of {@code alignment} and returns its length. */
  public int alignTo(int alignment) {
    padTo(length + Math.floorMod(-length, alignment));
    return length;
  }

  /** Extends the message with zeros to {@code newLength}, if it is shorter. */
  public MessageWriter padTo(int newLength) {
    if (newLength > length) {
      reserve(newLength, 0);
    }
    return this;
  }

  /** The message, backed by the writer's own heap array. */
  public MemorySegment written() {
    return segment.asSlice(0, length);
  }

  private void reserve(int offset, int bytes) {
    int end = Math.addExact(offset, bytes);
    if (end > array.length) {
      array = Arrays.copyOf(array, Math.max(end, Math.multiplyExact(array.length, 2)));
      segment = MemorySegment.ofArray(array);
    }
    length = Math.max(length, end);
  }
}
