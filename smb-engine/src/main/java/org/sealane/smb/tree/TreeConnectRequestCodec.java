package org.sealane.smb.tree;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link TreeConnectRequest}, [MS-SMB2] 2.2.9. */
public final class TreeConnectRequestCodec {
  private static final int STRUCTURE_SIZE = 9;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int FLAGS_OFFSET = STRUCTURE_SIZE_OFFSET + 2;
  private static final int PATH_OFFSET_OFFSET = STRUCTURE_SIZE_OFFSET + 4;
  private static final int PATH_LENGTH_OFFSET = STRUCTURE_SIZE_OFFSET + 6;
  private static final int BUFFER_OFFSET = STRUCTURE_SIZE_OFFSET + 8;

  private TreeConnectRequestCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static TreeConnectRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    return new TreeConnectRequest(
        in.u16("Flags", FLAGS_OFFSET),
        in.variableUtf16(
            "PathName",
            in.u16("PathOffset", PATH_OFFSET_OFFSET),
            in.u16("PathLength", PATH_LENGTH_OFFSET),
            BUFFER_OFFSET));
  }

  /** Writes the body behind the header. Contexts are not built: the flag for them is refused. */
  public static void encode(TreeConnectRequest message, MessageWriter out) {
    if ((message.flags() & TreeConnectRequest.FLAG_EXTENSION_PRESENT) != 0) {
      throw new IllegalArgumentException("a TREE_CONNECT with contexts is never built");
    }
    int pathBytes =
        out.u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
            .u16(FLAGS_OFFSET, message.flags())
            .u16(PATH_OFFSET_OFFSET, BUFFER_OFFSET)
            .utf16(BUFFER_OFFSET, message.path());
    out.u16(PATH_LENGTH_OFFSET, pathBytes)
        // An odd StructureSize counts one byte of the buffer, and some peers insist on it.
        .padTo(BUFFER_OFFSET + 1);
  }
}
