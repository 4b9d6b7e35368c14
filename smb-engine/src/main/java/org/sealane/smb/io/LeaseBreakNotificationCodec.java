package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link LeaseBreakNotification}, [MS-SMB2] 2.2.23.2. */
public final class LeaseBreakNotificationCodec {
  private static final int STRUCTURE_SIZE = 44;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int NEW_EPOCH_OFFSET = Smb2Header.LENGTH + 2;
  private static final int FLAGS_OFFSET = Smb2Header.LENGTH + 4;
  private static final int LEASE_KEY_OFFSET = Smb2Header.LENGTH + 8;
  private static final int CURRENT_LEASE_STATE_OFFSET = Smb2Header.LENGTH + 24;
  private static final int NEW_LEASE_STATE_OFFSET = Smb2Header.LENGTH + 28;

  private LeaseBreakNotificationCodec() {}

  public static LeaseBreakNotification decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("OPLOCK_BREAK", Smb2Header.LENGTH, STRUCTURE_SIZE);
    return new LeaseBreakNotification(
        in.u16("NewEpoch", NEW_EPOCH_OFFSET),
        in.i32("Flags", FLAGS_OFFSET),
        in.guid("LeaseKey", LEASE_KEY_OFFSET),
        in.i32("CurrentLeaseState", CURRENT_LEASE_STATE_OFFSET),
        in.i32("NewLeaseState", NEW_LEASE_STATE_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(LeaseBreakNotification message, MessageWriter out) {
    out.padTo(Smb2Header.LENGTH + STRUCTURE_SIZE)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u16(NEW_EPOCH_OFFSET, message.newEpoch())
        .i32(FLAGS_OFFSET, message.flags())
        .guid(LEASE_KEY_OFFSET, message.leaseKey())
        .i32(CURRENT_LEASE_STATE_OFFSET, message.currentState())
        .i32(NEW_LEASE_STATE_OFFSET, message.newState());
  }
}
