package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link CloseRequest}, [MS-SMB2] 2.2.15. */
public final class CloseRequestCodec {
  private static final int STRUCTURE_SIZE = 24;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int FLAGS_OFFSET = Smb2Header.LENGTH + 2;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 8;

  private CloseRequestCodec() {}

  public static CloseRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    return new CloseRequest(in.u16("Flags", FLAGS_OFFSET), FileId.decode(in, FILE_ID_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(CloseRequest request, MessageWriter out) {
    out.u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE).u16(FLAGS_OFFSET, request.flags());
    request.fileId().encode(out, FILE_ID_OFFSET);
  }
}
