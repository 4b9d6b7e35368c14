package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link ChangeNotifyResponse}, [MS-SMB2] 2.2.36. */
public final class ChangeNotifyResponseCodec {
  private static final int STRUCTURE_SIZE = 9;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int OUTPUT_BUFFER_OFFSET_OFFSET = Smb2Header.LENGTH + 2;
  private static final int OUTPUT_BUFFER_LENGTH_OFFSET = Smb2Header.LENGTH + 4;
  private static final int BUFFER_OFFSET = Smb2Header.LENGTH + 8;

  private ChangeNotifyResponseCodec() {}

  /** The events are a view of the message. */
  public static ChangeNotifyResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("CHANGE_NOTIFY", 0, BUFFER_OFFSET);
    return new ChangeNotifyResponse(
        Payloads.slice(
            in,
            "OutputBufferOffset",
            in.u16("OutputBufferOffset", OUTPUT_BUFFER_OFFSET_OFFSET),
            in.u32("OutputBufferLength", OUTPUT_BUFFER_LENGTH_OFFSET),
            BUFFER_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(ChangeNotifyResponse response, MessageWriter out) {
    out.padTo(BUFFER_OFFSET)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u16(OUTPUT_BUFFER_OFFSET_OFFSET, BUFFER_OFFSET)
        .i32(OUTPUT_BUFFER_LENGTH_OFFSET, (int) response.events().byteSize())
        .bytes(BUFFER_OFFSET, response.events());
  }
}
