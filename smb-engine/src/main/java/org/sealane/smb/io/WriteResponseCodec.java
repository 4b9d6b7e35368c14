package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link WriteResponse}, [MS-SMB2] 2.2.22. */
public final class WriteResponseCodec {
  private static final int STRUCTURE_SIZE = 17;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int COUNT_OFFSET = Smb2Header.LENGTH + 4;
  private static final int BUFFER_OFFSET = Smb2Header.LENGTH + 16;

  private WriteResponseCodec() {}

  public static WriteResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("WRITE", 0, BUFFER_OFFSET);
    return new WriteResponse(in.u32("Count", COUNT_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(WriteResponse response, MessageWriter out) {
    out.padTo(BUFFER_OFFSET)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .i32(COUNT_OFFSET, (int) response.countBytes());
  }
}
