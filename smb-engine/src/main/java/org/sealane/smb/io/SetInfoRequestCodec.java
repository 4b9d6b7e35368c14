package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link SetInfoRequest}, [MS-SMB2] 2.2.39. */
public final class SetInfoRequestCodec {
  private static final int STRUCTURE_SIZE = 33;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int INFO_TYPE_OFFSET = Smb2Header.LENGTH + 2;
  private static final int FILE_INFO_CLASS_OFFSET = Smb2Header.LENGTH + 3;
  private static final int BUFFER_LENGTH_OFFSET = Smb2Header.LENGTH + 4;
  private static final int BUFFER_OFFSET_OFFSET = Smb2Header.LENGTH + 8;
  private static final int ADDITIONAL_INFORMATION_OFFSET = Smb2Header.LENGTH + 12;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 16;
  private static final int BUFFER_OFFSET = Smb2Header.LENGTH + 32;

  private SetInfoRequestCodec() {}

  /** The information is a view of the message. */
  public static SetInfoRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("SET_INFO", 0, BUFFER_OFFSET);
    return new SetInfoRequest(
        InfoType.decode(in.u8("InfoType", INFO_TYPE_OFFSET), INFO_TYPE_OFFSET),
        in.u8("FileInfoClass", FILE_INFO_CLASS_OFFSET),
        in.i32("AdditionalInformation", ADDITIONAL_INFORMATION_OFFSET),
        FileId.decode(in, FILE_ID_OFFSET),
        Payloads.slice(
            in,
            "BufferOffset",
            in.u16("BufferOffset", BUFFER_OFFSET_OFFSET),
            in.u32("BufferLength", BUFFER_LENGTH_OFFSET),
            BUFFER_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(SetInfoRequest request, MessageWriter out) {
    out.padTo(BUFFER_OFFSET)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u8(INFO_TYPE_OFFSET, request.infoType().code())
        .u8(FILE_INFO_CLASS_OFFSET, request.informationClass())
        .i32(BUFFER_LENGTH_OFFSET, (int) request.information().byteSize())
        .u16(BUFFER_OFFSET_OFFSET, BUFFER_OFFSET)
        .i32(ADDITIONAL_INFORMATION_OFFSET, request.additionalInformation())
        .bytes(BUFFER_OFFSET, request.information())
        .padTo(BUFFER_OFFSET + 1);
    request.fileId().encode(out, FILE_ID_OFFSET);
  }
}
