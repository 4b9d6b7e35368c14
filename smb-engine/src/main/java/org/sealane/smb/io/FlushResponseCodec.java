package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link FlushResponse}, [MS-SMB2] 2.2.18. */
public final class FlushResponseCodec {
  private static final int STRUCTURE_SIZE = 4;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;

  private FlushResponseCodec() {}

  public static FlushResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("FLUSH", Smb2Header.LENGTH, STRUCTURE_SIZE);
    return new FlushResponse();
  }

  /** Writes the body behind the header; it says nothing. */
  public static void encode(FlushResponse response, MessageWriter out) {
    out.padTo(Smb2Header.LENGTH + STRUCTURE_SIZE).u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE);
  }
}
