package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link SetInfoResponse}, [MS-SMB2] 2.2.40. */
public final class SetInfoResponseCodec {
  private static final int STRUCTURE_SIZE = 2;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;

  private SetInfoResponseCodec() {}

  public static SetInfoResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    return new SetInfoResponse();
  }

  /** Writes the body behind the header; it says nothing. */
  public static void encode(SetInfoResponse response, MessageWriter out) {
    out.u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE);
  }
}
