package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;

/**
 * SMB2 IOCTL response, [MS-SMB2] 2.2.32. Does not compare by content.
 *
 * @param ctlCode as requested
 * @param fileId as requested
 * @param output the output buffer; decoded, a view of the message
 */
public record IoctlResponse(int ctlCode, FileId fileId, MemorySegment output) {}
