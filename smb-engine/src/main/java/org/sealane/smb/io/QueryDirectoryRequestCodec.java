package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link QueryDirectoryRequest}, [MS-SMB2] 2.2.33. */
public final class QueryDirectoryRequestCodec {
  private static final int STRUCTURE_SIZE = 33;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int FILE_INFORMATION_CLASS_OFFSET = Smb2Header.LENGTH + 2;
  private static final int FLAGS_OFFSET = Smb2Header.LENGTH + 3;
  private static final int FILE_INDEX_OFFSET = Smb2Header.LENGTH + 4;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 8;
  private static final int FILE_NAME_OFFSET_OFFSET = Smb2Header.LENGTH + 24;
  private static final int FILE_NAME_LENGTH_OFFSET = Smb2Header.LENGTH + 26;
  private static final int OUTPUT_BUFFER_LENGTH_OFFSET = Smb2Header.LENGTH + 28;
  private static final int BUFFER_OFFSET = Smb2Header.LENGTH + 32;

  private QueryDirectoryRequestCodec() {}

  public static QueryDirectoryRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("QUERY_DIRECTORY", 0, BUFFER_OFFSET);
    return new QueryDirectoryRequest(
        in.u8("FileInformationClass", FILE_INFORMATION_CLASS_OFFSET),
        in.u8("Flags", FLAGS_OFFSET),
        in.u32("FileIndex", FILE_INDEX_OFFSET),
        FileId.decode(in, FILE_ID_OFFSET),
        pattern(in),
        in.u32("OutputBufferLength", OUTPUT_BUFFER_LENGTH_OFFSET));
  }

  private static String pattern(MessageReader in) throws MalformedMessageException {
    int length = in.u16("FileNameLength", FILE_NAME_LENGTH_OFFSET);
    if (length == 0) {
      return "";
    }
    int offset = in.u16("FileNameOffset", FILE_NAME_OFFSET_OFFSET);
    Payloads.requireBehind("FileNameOffset", offset, BUFFER_OFFSET);
    return in.utf16("FileName", offset, length);
  }

  /** Writes the body behind the header. */
  public static void encode(QueryDirectoryRequest request, MessageWriter out) {
    out.padTo(BUFFER_OFFSET)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u8(FILE_INFORMATION_CLASS_OFFSET, request.informationClass())
        .u8(FLAGS_OFFSET, request.flags())
        .i32(FILE_INDEX_OFFSET, (int) request.fileIndex())
        .u16(FILE_NAME_OFFSET_OFFSET, BUFFER_OFFSET)
        .i32(OUTPUT_BUFFER_LENGTH_OFFSET, (int) request.outputBufferLength());
    request.fileId().encode(out, FILE_ID_OFFSET);
    out.u16(FILE_NAME_LENGTH_OFFSET, out.utf16(BUFFER_OFFSET, request.pattern()));
    out.padTo(BUFFER_OFFSET + 1);
  }
}
