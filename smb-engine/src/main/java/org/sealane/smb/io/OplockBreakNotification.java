package org.sealane.smb.io;

/**
 * SMB2 Oplock Break Notification, [MS-SMB2] 2.2.23.1.
 *
 * <p>What an open may cache was taken from it.
 *
 * @param level code of the level that is left
 * @param fileId the open
 */
public record OplockBreakNotification(int level, FileId fileId) {}
