package org.sealane.smb.io;

import java.util.UUID;

/**
 * SMB2 Lease Break Notification, [MS-SMB2] 2.2.23.2.
 *
 * <p>What a client may cache under one lease was taken from it.
 *
 * @param newEpoch counts the lease's changes
 * @param flags {@link #ACK_REQUIRED} or 0
 * @param leaseKey the client's name for the lease
 * @param currentState what it may cache until it has answered
 * @param newState what is left
 */
public record LeaseBreakNotification(
    int newEpoch, int flags, UUID leaseKey, int currentState, int newState) {
  /** The client has to answer. */
  public static final int ACK_REQUIRED = 0x01;
}
