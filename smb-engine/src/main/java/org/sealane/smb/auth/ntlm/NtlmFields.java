package org.sealane.smb.auth.ntlm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * What the three messages share, [MS-NLMP] 2.2.1: signature and type at the start, and fields that
 * name a length and an offset in the message. Stateless.
 */
final class NtlmFields {
  /** More than any client sends; what SPNEGO carries in one token is bounded higher. */
  static final int MESSAGE_BYTES_MAX = 16 * 1024;

  /** {@code "NTLMSSP\0"}, little-endian. */
  private static final long SIGNATURE = 0x0050_5353_4D4C_544EL;

  private static final int TYPE_OFFSET = 8;
  private static final int OFFSET_FIELD = 4;

  private NtlmFields() {}

  static MessageReader reader(byte[] token, int type) throws MalformedMessageException {
    if (token.length > MESSAGE_BYTES_MAX) {
      throw new MalformedMessageException(
          "NTLM message", 0, "at most " + MESSAGE_BYTES_MAX + " bytes", token.length);
    }
    MessageReader in = new MessageReader(MemorySegment.ofArray(token));
    long signature = in.i64("Signature", 0);
    if (signature != SIGNATURE) {
      throw new MalformedMessageException("Signature", 0, "NTLMSSP", signature);
    }
    int actual = in.i32("MessageType", TYPE_OFFSET);
    if (actual != type) {
      throw new MalformedMessageException(
          "MessageType", TYPE_OFFSET, Integer.toString(type), actual);
    }
    return in;
  }

  static MessageWriter writer(int type) {
    return new MessageWriter().i64(0, SIGNATURE).i32(TYPE_OFFSET, type);
  }

  /** A copy of what the length and offset at {@code field} name. */
  static byte[] variable(MessageReader in, String name, int field, int earliest)
      throws MalformedMessageException {
    return in.variableBytes(
        name, in.u32(name, (long) field + OFFSET_FIELD), in.u16(name, field), earliest);
  }

  /** As {@link #variable}, UTF-16LE text. */
  static String text(MessageReader in, String name, int field, int earliest)
      throws MalformedMessageException {
    return in.variableUtf16(
        name, in.u32(name, (long) field + OFFSET_FIELD), in.u16(name, field), earliest);
  }

  /** Appends {@code value} and names it at {@code field}. */
  static void append(MessageWriter out, int field, byte[] value) {
    int offset = out.length();
    out.u16(field, value.length).u16(field + 2, value.length).i32(field + OFFSET_FIELD, offset);
    out.bytes(offset, value);
  }

  static byte[] bytes(MessageWriter out) {
    return out.written().toArray(ValueLayout.JAVA_BYTE);
  }
}
