package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link LeaseBreakAcknowledgment}, [MS-SMB2] 2.2.24.2. */
public final class LeaseBreakAcknowledgmentCodec {
  /** Tells the message from that about an oplock, which has the same command. */
  public static final int STRUCTURE_SIZE = 36;

  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int LEASE_KEY_OFFSET = Smb2Header.LENGTH + 8;
  private static final int LEASE_STATE_OFFSET = Smb2Header.LENGTH + 24;

  private LeaseBreakAcknowledgmentCodec() {}

  public static LeaseBreakAcknowledgment decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("OPLOCK_BREAK", Smb2Header.LENGTH, STRUCTURE_SIZE);
    return new LeaseBreakAcknowledgment(
        in.guid("LeaseKey", LEASE_KEY_OFFSET), in.i32("LeaseState", LEASE_STATE_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(LeaseBreakAcknowledgment message, MessageWriter out) {
    out.padTo(Smb2Header.LENGTH + STRUCTURE_SIZE)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .guid(LEASE_KEY_OFFSET, message.leaseKey())
        .i32(LEASE_STATE_OFFSET, message.state());
  }
}
