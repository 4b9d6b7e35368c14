package org.sealane.smb.wire;

/** Codec of {@link Smb2Header}, [MS-SMB2] 2.2.1. */
public final class Smb2HeaderCodec {
  private static final int PROTOCOL_ID_OFFSET = 0;
  private static final int STRUCTURE_SIZE_OFFSET = 4;
  private static final int CREDIT_CHARGE_OFFSET = 6;
  private static final int STATUS_OFFSET = 8;
  private static final int COMMAND_OFFSET = 12;
  private static final int CREDITS_OFFSET = 14;
  private static final int FLAGS_OFFSET = 16;
  static final int NEXT_COMMAND_OFFSET = 20;
  private static final int MESSAGE_ID_OFFSET = 24;
  private static final int ASYNC_OR_TREE_ID_OFFSET = 32;
  private static final int SESSION_ID_OFFSET = 40;

  private Smb2HeaderCodec() {}

  /** Reads the header at the start of {@code in}. */
  public static Smb2Header decode(MessageReader in) throws MalformedMessageException {
    in.require("header", 0, Smb2Header.LENGTH);
    int protocolId = in.i32("ProtocolId", PROTOCOL_ID_OFFSET);
    if (protocolId != Smb2Header.PROTOCOL_ID) {
      throw new MalformedMessageException(
          "ProtocolId", PROTOCOL_ID_OFFSET, "FE 'SMB'", Integer.toUnsignedLong(protocolId));
    }
    int structureSize = in.u16("StructureSize", STRUCTURE_SIZE_OFFSET);
    if (structureSize != Smb2Header.LENGTH) {
      throw new MalformedMessageException(
          "StructureSize", STRUCTURE_SIZE_OFFSET, "64", structureSize);
    }
    return new Smb2Header(
        in.u16("CreditCharge", CREDIT_CHARGE_OFFSET),
        new NtStatus(in.i32("Status", STATUS_OFFSET)),
        in.u16("Command", COMMAND_OFFSET),
        in.u16("CreditRequest", CREDITS_OFFSET),
        in.i32("Flags", FLAGS_OFFSET),
        in.u32("NextCommand", NEXT_COMMAND_OFFSET),
        in.i64("MessageId", MESSAGE_ID_OFFSET),
        in.i64("TreeId", ASYNC_OR_TREE_ID_OFFSET),
        in.i64("SessionId", SESSION_ID_OFFSET));
  }

  /** Writes the header at the start of {@code out}, its Signature zero. */
  public static void encode(Smb2Header header, MessageWriter out) {
    out.padTo(Smb2Header.LENGTH)
        .i32(PROTOCOL_ID_OFFSET, Smb2Header.PROTOCOL_ID)
        .u16(STRUCTURE_SIZE_OFFSET, Smb2Header.LENGTH)
        .u16(CREDIT_CHARGE_OFFSET, header.creditCharge())
        .i32(STATUS_OFFSET, header.status().code())
        .u16(COMMAND_OFFSET, header.command())
        .u16(CREDITS_OFFSET, header.credits())
        .i32(FLAGS_OFFSET, header.flags())
        .u32(NEXT_COMMAND_OFFSET, header.nextCommand())
        .i64(MESSAGE_ID_OFFSET, header.messageId())
        .i64(ASYNC_OR_TREE_ID_OFFSET, header.asyncOrTreeId())
        .i64(SESSION_ID_OFFSET, header.sessionId());
  }
}
