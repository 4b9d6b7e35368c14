package org.sealane.smb.io;

/**
 * SMB2 Oplock Break Response, [MS-SMB2] 2.2.25.1.
 *
 * @param level code of the level that is left
 * @param fileId the open
 */
public record OplockBreakResponse(int level, FileId fileId) {}
