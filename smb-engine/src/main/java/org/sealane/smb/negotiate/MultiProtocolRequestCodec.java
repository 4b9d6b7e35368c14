package org.sealane.smb.negotiate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link MultiProtocolRequest}, [MS-CIFS] 2.2.4.52. */
public final class MultiProtocolRequestCodec {
  /** Dialects in one request at most; about a dozen were ever named. */
  static final int DIALECTS_MAX = 64;

  /** {@code FF 'S' 'M' 'B'} as a little-endian integer. */
  private static final int PROTOCOL_ID = 0x424D_53FF;

  private static final int COMMAND_OFFSET = 4;
  private static final int COMMAND_NEGOTIATE = 0x72;
  private static final int WORD_COUNT_OFFSET = 32;
  private static final int BYTE_COUNT_OFFSET = 33;
  private static final int BYTES_OFFSET = 35;
  private static final int BUFFER_FORMAT_DIALECT = 2;

  private MultiProtocolRequestCodec() {}

  /** Reads the message that {@code in} covers, header included. */
  public static MultiProtocolRequest decode(MessageReader in) throws MalformedMessageException {
    require(in.i32("Protocol", 0) == PROTOCOL_ID, "Protocol", 0);
    require(in.u8("Command", COMMAND_OFFSET) == COMMAND_NEGOTIATE, "Command", COMMAND_OFFSET);
    require(in.u8("WordCount", WORD_COUNT_OFFSET) == 0, "WordCount", WORD_COUNT_OFFSET);
    int byteCount = in.u16("ByteCount", BYTE_COUNT_OFFSET);
    byte[] bytes = in.bytes("Dialects", BYTES_OFFSET, byteCount);
    List<String> dialects = new ArrayList<>();
    int start = 0;
    while (start < bytes.length) {
      require(bytes[start] == BUFFER_FORMAT_DIALECT, "BufferFormat", BYTES_OFFSET + start);
      int end = start + 1;
      while (end < bytes.length && bytes[end] != 0) {
        end++;
      }
      require(
          end < bytes.length && dialects.size() < DIALECTS_MAX, "Dialects", BYTES_OFFSET + start);
      dialects.add(new String(bytes, start + 1, end - start - 1, StandardCharsets.ISO_8859_1));
      start = end + 1;
    }
    return new MultiProtocolRequest(dialects);
  }

  private static void require(boolean holds, String field, int offset)
      throws MalformedMessageException {
    if (!holds) {
      throw new MalformedMessageException(field, offset, "that of SMB_COM_NEGOTIATE", 0);
    }
  }

  /** Writes the whole message. */
  public static void encode(MultiProtocolRequest message, MessageWriter out) {
    out.i32(0, PROTOCOL_ID).u8(COMMAND_OFFSET, COMMAND_NEGOTIATE).padTo(BYTES_OFFSET);
    for (String dialect : message.dialects()) {
      int offset = out.length();
      byte[] name = dialect.getBytes(StandardCharsets.ISO_8859_1);
      out.u8(offset, BUFFER_FORMAT_DIALECT).bytes(offset + 1, name).u8(offset + 1 + name.length, 0);
    }
    out.u16(BYTE_COUNT_OFFSET, out.length() - BYTES_OFFSET);
  }
}
