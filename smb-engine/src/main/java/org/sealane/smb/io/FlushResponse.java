package org.sealane.smb.io;

/** SMB2 FLUSH response, [MS-SMB2] 2.2.18. */
public record FlushResponse() {}
