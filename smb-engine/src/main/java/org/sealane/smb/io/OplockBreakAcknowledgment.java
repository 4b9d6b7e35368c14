package org.sealane.smb.io;

/**
 * SMB2 Oplock Break Acknowledgment, [MS-SMB2] 2.2.24.1.
 *
 * @param level code of the level that the client keeps
 * @param fileId the open
 */
public record OplockBreakAcknowledgment(int level, FileId fileId) {}
