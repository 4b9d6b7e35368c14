package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link IoctlResponse}, [MS-SMB2] 2.2.32. */
public final class IoctlResponseCodec {
  private static final int STRUCTURE_SIZE = 49;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int CTL_CODE_OFFSET = Smb2Header.LENGTH + 4;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 8;
  private static final int INPUT_OFFSET_OFFSET = Smb2Header.LENGTH + 24;
  private static final int INPUT_COUNT_OFFSET = Smb2Header.LENGTH + 28;
  private static final int OUTPUT_OFFSET_OFFSET = Smb2Header.LENGTH + 32;
  private static final int OUTPUT_COUNT_OFFSET = Smb2Header.LENGTH + 36;
  private static final int BUFFER_OFFSET = Smb2Header.LENGTH + 48;

  private IoctlResponseCodec() {}

  /** The output is a view of the message; input in a response is checked and dropped. */
  public static IoctlResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("IOCTL", 0, BUFFER_OFFSET);
    buffer(in, "InputOffset", INPUT_OFFSET_OFFSET, INPUT_COUNT_OFFSET);
    return new IoctlResponse(
        in.i32("CtlCode", CTL_CODE_OFFSET),
        FileId.decode(in, FILE_ID_OFFSET),
        buffer(in, "OutputOffset", OUTPUT_OFFSET_OFFSET, OUTPUT_COUNT_OFFSET));
  }

  private static MemorySegment buffer(
      MessageReader in, String field, int offsetOffset, int countOffset)
      throws MalformedMessageException {
    return Payloads.slice(
        in, field, in.u32(field, offsetOffset), in.u32(field, countOffset), BUFFER_OFFSET);
  }

  /** Writes the body behind the header. */
  public static void encode(IoctlResponse response, MessageWriter out) {
    out.padTo(BUFFER_OFFSET)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .i32(CTL_CODE_OFFSET, response.ctlCode())
        .i32(INPUT_OFFSET_OFFSET, BUFFER_OFFSET)
        .i32(OUTPUT_OFFSET_OFFSET, BUFFER_OFFSET)
        .i32(OUTPUT_COUNT_OFFSET, (int) response.output().byteSize())
        .bytes(BUFFER_OFFSET, response.output());
    response.fileId().encode(out, FILE_ID_OFFSET);
  }
}
