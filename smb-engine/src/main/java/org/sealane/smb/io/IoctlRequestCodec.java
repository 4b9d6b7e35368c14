package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link IoctlRequest}, [MS-SMB2] 2.2.31. */
public final class IoctlRequestCodec {
  private static final int STRUCTURE_SIZE = 57;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int CTL_CODE_OFFSET = Smb2Header.LENGTH + 4;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 8;
  private static final int INPUT_OFFSET_OFFSET = Smb2Header.LENGTH + 24;
  private static final int INPUT_COUNT_OFFSET = Smb2Header.LENGTH + 28;
  private static final int MAX_INPUT_RESPONSE_OFFSET = Smb2Header.LENGTH + 32;
  private static final int OUTPUT_OFFSET_OFFSET = Smb2Header.LENGTH + 36;
  private static final int OUTPUT_COUNT_OFFSET = Smb2Header.LENGTH + 40;
  private static final int MAX_OUTPUT_RESPONSE_OFFSET = Smb2Header.LENGTH + 44;
  private static final int FLAGS_OFFSET = Smb2Header.LENGTH + 48;
  private static final int BUFFER_OFFSET = Smb2Header.LENGTH + 56;

  private IoctlRequestCodec() {}

  /** The input is a view of the message; output in a request is checked and dropped. */
  public static IoctlRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("IOCTL", 0, BUFFER_OFFSET);
    buffer(in, "OutputOffset", OUTPUT_OFFSET_OFFSET, OUTPUT_COUNT_OFFSET);
    return new IoctlRequest(
        in.i32("CtlCode", CTL_CODE_OFFSET),
        FileId.decode(in, FILE_ID_OFFSET),
        buffer(in, "InputOffset", INPUT_OFFSET_OFFSET, INPUT_COUNT_OFFSET),
        in.u32("MaxInputResponse", MAX_INPUT_RESPONSE_OFFSET),
        in.u32("MaxOutputResponse", MAX_OUTPUT_RESPONSE_OFFSET),
        in.i32("Flags", FLAGS_OFFSET));
  }

  private static MemorySegment buffer(
      MessageReader in, String field, int offsetOffset, int countOffset)
      throws MalformedMessageException {
    return Payloads.slice(
        in, field, in.u32(field, offsetOffset), in.u32(field, countOffset), BUFFER_OFFSET);
  }

  /** Writes the body behind the header. */
  public static void encode(IoctlRequest request, MessageWriter out) {
    out.padTo(BUFFER_OFFSET)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .i32(CTL_CODE_OFFSET, request.ctlCode())
        .i32(MAX_INPUT_RESPONSE_OFFSET, (int) request.maxInputResponse())
        .i32(MAX_OUTPUT_RESPONSE_OFFSET, (int) request.maxOutputResponse())
        .i32(FLAGS_OFFSET, request.flags());
    request.fileId().encode(out, FILE_ID_OFFSET);
    int inputCount = (int) request.input().byteSize();
    // Both offsets point at the Buffer even where a count is zero, as Windows sends them.
    out.i32(INPUT_OFFSET_OFFSET, BUFFER_OFFSET)
        .i32(INPUT_COUNT_OFFSET, inputCount)
        .i32(OUTPUT_OFFSET_OFFSET, BUFFER_OFFSET)
        .bytes(BUFFER_OFFSET, request.input())
        .padTo(BUFFER_OFFSET + 1);
  }
}
