package org.sealane.smb.io;

import java.util.UUID;

/**
 * SMB2 Lease Break Response, [MS-SMB2] 2.2.25.2.
 *
 * @param leaseKey the client's name for the lease
 * @param state what the client may cache
 */
public record LeaseBreakResponse(UUID leaseKey, int state) {}
