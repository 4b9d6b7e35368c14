package org.sealane.smb.io;

/**
 * SMB2 CHANGE_NOTIFY request, [MS-SMB2] 2.2.35.
 *
 * @param flags {@link #WATCH_TREE} or 0
 * @param outputBufferLength most bytes of events in the response
 * @param fileId the directory's open
 * @param completionFilter kinds of changes that are of interest
 */
public record ChangeNotifyRequest(
    int flags, long outputBufferLength, FileId fileId, int completionFilter) {
  /** Of everything below the directory. */
  public static final int WATCH_TREE = 0x0001;
}
