package org.sealane.smb.io;

import java.util.UUID;

/**
 * SMB2 Lease Break Acknowledgment, [MS-SMB2] 2.2.24.2.
 *
 * @param leaseKey the client's name for the lease
 * @param state what the client goes on caching
 */
public record LeaseBreakAcknowledgment(UUID leaseKey, int state) {}
