package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;

/**
 * SMB2 IOCTL request, [MS-SMB2] 2.2.31. Does not compare by content.
 *
 * @param ctlCode see {@code FsctlCode}
 * @param fileId the open, or {@link FileId#NONE}
 * @param input the input buffer; decoded, a view of the message
 * @param maxInputResponse most bytes of input that the response may carry
 * @param maxOutputResponse most bytes of output that the response may carry
 * @param flags {@link #FLAG_IS_FSCTL}
 */
public record IoctlRequest(
    int ctlCode,
    FileId fileId,
    MemorySegment input,
    long maxInputResponse,
    long maxOutputResponse,
    int flags) {

  public static final int FLAG_IS_FSCTL = 0x0000_0001;

  /** A file system control, which is all that servers take. */
  public static IoctlRequest fsctl(
      int ctlCode, FileId fileId, MemorySegment input, long maxOutputResponse) {
    return new IoctlRequest(ctlCode, fileId, input, 0, maxOutputResponse, FLAG_IS_FSCTL);
  }
}
