package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link LockResponse}, [MS-SMB2] 2.2.27. */
public final class LockResponseCodec {
  private static final int STRUCTURE_SIZE = 4;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;

  private LockResponseCodec() {}

  public static LockResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("LOCK", Smb2Header.LENGTH, STRUCTURE_SIZE);
    return new LockResponse();
  }

  /** Writes the body behind the header; it says nothing. */
  public static void encode(LockResponse response, MessageWriter out) {
    out.padTo(Smb2Header.LENGTH + STRUCTURE_SIZE).u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE);
  }
}
