package org.sealane.smb.tree;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link TreeConnectResponse}, [MS-SMB2] 2.2.10. */
public final class TreeConnectResponseCodec {
  private static final int STRUCTURE_SIZE = 16;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int SHARE_TYPE_OFFSET = STRUCTURE_SIZE_OFFSET + 2;
  private static final int SHARE_FLAGS_OFFSET = STRUCTURE_SIZE_OFFSET + 4;
  private static final int CAPABILITIES_OFFSET = STRUCTURE_SIZE_OFFSET + 8;
  private static final int MAXIMAL_ACCESS_OFFSET = STRUCTURE_SIZE_OFFSET + 12;

  private TreeConnectResponseCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static TreeConnectResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    int code = in.u8("ShareType", SHARE_TYPE_OFFSET);
    ShareType shareType =
        ShareType.ofCode(code)
            .orElseThrow(() ->
                new MalformedMessageException("ShareType", SHARE_TYPE_OFFSET, "1 to 3", code));
    return new TreeConnectResponse(
        shareType,
        in.i32("ShareFlags", SHARE_FLAGS_OFFSET),
        in.i32("Capabilities", CAPABILITIES_OFFSET),
        in.i32("MaximalAccess", MAXIMAL_ACCESS_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(TreeConnectResponse message, MessageWriter out) {
    out.u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u8(SHARE_TYPE_OFFSET, message.shareType().code())
        .i32(SHARE_FLAGS_OFFSET, message.shareFlags())
        .i32(CAPABILITIES_OFFSET, message.capabilities())
        .i32(MAXIMAL_ACCESS_OFFSET, message.maximalAccess());
  }
}
