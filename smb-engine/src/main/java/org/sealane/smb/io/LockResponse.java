package org.sealane.smb.io;

/** SMB2 LOCK response, [MS-SMB2] 2.2.27. */
public record LockResponse() {}
