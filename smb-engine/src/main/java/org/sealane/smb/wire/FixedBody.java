package org.sealane.smb.wire;

/**
 * The body without content that several commands share: a StructureSize of 4 and two reserved
 * bytes, ignored on receipt. LOGOFF, TREE_DISCONNECT, ECHO and CANCEL have it.
 */
public final class FixedBody {
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int STRUCTURE_SIZE = 4;

  /** Bytes of header and body. */
  public static final int MESSAGE_LENGTH = Smb2Header.LENGTH + STRUCTURE_SIZE;

  private FixedBody() {}

  /** Refuses a message whose body is not of this shape. */
  public static void check(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("Reserved", STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE);
  }

  /** Writes the body. */
  public static void encode(MessageWriter out) {
    out.u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE).padTo(MESSAGE_LENGTH);
  }
}
