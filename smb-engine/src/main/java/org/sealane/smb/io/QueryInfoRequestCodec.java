package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link QueryInfoRequest}, [MS-SMB2] 2.2.37. */
public final class QueryInfoRequestCodec {
  private static final int STRUCTURE_SIZE = 41;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int INFO_TYPE_OFFSET = Smb2Header.LENGTH + 2;
  private static final int FILE_INFO_CLASS_OFFSET = Smb2Header.LENGTH + 3;
  private static final int OUTPUT_BUFFER_LENGTH_OFFSET = Smb2Header.LENGTH + 4;
  private static final int INPUT_BUFFER_OFFSET_OFFSET = Smb2Header.LENGTH + 8;
  private static final int INPUT_BUFFER_LENGTH_OFFSET = Smb2Header.LENGTH + 12;
  private static final int ADDITIONAL_INFORMATION_OFFSET = Smb2Header.LENGTH + 16;
  private static final int FLAGS_OFFSET = Smb2Header.LENGTH + 20;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 24;
  private static final int BUFFER_OFFSET = Smb2Header.LENGTH + 40;

  private QueryInfoRequestCodec() {}

  /** The input is a view of the message. */
  public static QueryInfoRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("QUERY_INFO", 0, BUFFER_OFFSET);
    return new QueryInfoRequest(
        InfoType.decode(in.u8("InfoType", INFO_TYPE_OFFSET), INFO_TYPE_OFFSET),
        in.u8("FileInfoClass", FILE_INFO_CLASS_OFFSET),
        in.u32("OutputBufferLength", OUTPUT_BUFFER_LENGTH_OFFSET),
        in.i32("AdditionalInformation", ADDITIONAL_INFORMATION_OFFSET),
        in.i32("Flags", FLAGS_OFFSET),
        FileId.decode(in, FILE_ID_OFFSET),
        Payloads.slice(
            in,
            "InputBufferOffset",
            in.u16("InputBufferOffset", INPUT_BUFFER_OFFSET_OFFSET),
            in.u32("InputBufferLength", INPUT_BUFFER_LENGTH_OFFSET),
            BUFFER_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(QueryInfoRequest request, MessageWriter out) {
    out.padTo(BUFFER_OFFSET)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u8(INFO_TYPE_OFFSET, request.infoType().code())
        .u8(FILE_INFO_CLASS_OFFSET, request.informationClass())
        .i32(OUTPUT_BUFFER_LENGTH_OFFSET, (int) request.outputBufferLength())
        .i32(ADDITIONAL_INFORMATION_OFFSET, request.additionalInformation())
        .i32(FLAGS_OFFSET, request.flags());
    request.fileId().encode(out, FILE_ID_OFFSET);
    int inputLength = (int) request.input().byteSize();
    out.u16(INPUT_BUFFER_OFFSET_OFFSET, BUFFER_OFFSET)
        .i32(INPUT_BUFFER_LENGTH_OFFSET, inputLength)
        .bytes(BUFFER_OFFSET, request.input())
        .padTo(BUFFER_OFFSET + 1);
  }
}
