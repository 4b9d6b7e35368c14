package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link FlushRequest}, [MS-SMB2] 2.2.17. */
public final class FlushRequestCodec {
  private static final int STRUCTURE_SIZE = 24;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 8;

  private FlushRequestCodec() {}

  public static FlushRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    return new FlushRequest(FileId.decode(in, FILE_ID_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(FlushRequest request, MessageWriter out) {
    out.u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE);
    request.fileId().encode(out, FILE_ID_OFFSET);
  }
}
