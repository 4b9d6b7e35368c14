package org.sealane.smb.io;

/** SMB2 FLUSH request, [MS-SMB2] 2.2.17. */
public record FlushRequest(FileId fileId) {}
