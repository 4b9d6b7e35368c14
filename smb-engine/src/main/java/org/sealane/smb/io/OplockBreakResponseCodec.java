package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link OplockBreakResponse}, [MS-SMB2] 2.2.25.1. */
public final class OplockBreakResponseCodec {
  private static final int STRUCTURE_SIZE = 24;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int OPLOCK_LEVEL_OFFSET = Smb2Header.LENGTH + 2;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 8;

  private OplockBreakResponseCodec() {}

  public static OplockBreakResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("OPLOCK_BREAK", Smb2Header.LENGTH, STRUCTURE_SIZE);
    return new OplockBreakResponse(
        in.u8("OplockLevel", OPLOCK_LEVEL_OFFSET), FileId.decode(in, FILE_ID_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(OplockBreakResponse message, MessageWriter out) {
    out.padTo(Smb2Header.LENGTH + STRUCTURE_SIZE)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u8(OPLOCK_LEVEL_OFFSET, message.level());
    message.fileId().encode(out, FILE_ID_OFFSET);
  }
}
