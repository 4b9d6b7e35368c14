package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link ChangeNotifyRequest}, [MS-SMB2] 2.2.35. */
public final class ChangeNotifyRequestCodec {
  private static final int STRUCTURE_SIZE = 32;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int FLAGS_OFFSET = Smb2Header.LENGTH + 2;
  private static final int OUTPUT_BUFFER_LENGTH_OFFSET = Smb2Header.LENGTH + 4;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 8;
  private static final int COMPLETION_FILTER_OFFSET = Smb2Header.LENGTH + 24;

  private ChangeNotifyRequestCodec() {}

  public static ChangeNotifyRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("CHANGE_NOTIFY", Smb2Header.LENGTH, STRUCTURE_SIZE);
    return new ChangeNotifyRequest(
        in.u16("Flags", FLAGS_OFFSET),
        in.u32("OutputBufferLength", OUTPUT_BUFFER_LENGTH_OFFSET),
        FileId.decode(in, FILE_ID_OFFSET),
        in.i32("CompletionFilter", COMPLETION_FILTER_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(ChangeNotifyRequest request, MessageWriter out) {
    out.padTo(Smb2Header.LENGTH + STRUCTURE_SIZE)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u16(FLAGS_OFFSET, request.flags())
        .u32(OUTPUT_BUFFER_LENGTH_OFFSET, request.outputBufferLength())
        .i32(COMPLETION_FILTER_OFFSET, request.completionFilter());
    request.fileId().encode(out, FILE_ID_OFFSET);
  }
}
