package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;

/**
 * SMB2 QUERY_INFO request, [MS-SMB2] 2.2.37. Does not compare by content.
 *
 * @param infoType what is asked about
 * @param informationClass code of the class, see {@code FileInformationClass} and {@code
 *     FileSystemInformationClass}
 * @param outputBufferLength most bytes that the response may carry
 * @param additionalInformation parts of a security descriptor; else 0
 * @param flags for extended attributes; else 0
 * @param fileId the open
 * @param input for quotas and extended attributes; decoded, a view of the message
 */
public record QueryInfoRequest(
    InfoType infoType,
    int informationClass,
    long outputBufferLength,
    int additionalInformation,
    int flags,
    FileId fileId,
    MemorySegment input) {

  /** A question without input. */
  public static QueryInfoRequest of(
      InfoType infoType, int informationClass, long outputBufferLength, FileId fileId) {
    return new QueryInfoRequest(
        infoType, informationClass, outputBufferLength, 0, 0, fileId, Payloads.EMPTY);
  }
}
