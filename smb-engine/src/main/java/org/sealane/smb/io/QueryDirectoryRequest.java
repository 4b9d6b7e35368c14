package org.sealane.smb.io;

/**
 * SMB2 QUERY_DIRECTORY request, [MS-SMB2] 2.2.33.
 *
 * @param informationClass code of the directory class, see {@code DirectoryInformationClass}
 * @param flags {@link #FLAG_RESTART_SCANS} and the others
 * @param fileIndex meaningful only with {@link #FLAG_INDEX_SPECIFIED}
 * @param fileId the directory's open
 * @param pattern what names must match, with DOS wildcards
 * @param outputBufferLength most bytes of entries in the response
 */
public record QueryDirectoryRequest(
    int informationClass,
    int flags,
    long fileIndex,
    FileId fileId,
    String pattern,
    long outputBufferLength) {

  public static final int FLAG_RESTART_SCANS = 0x01;
  public static final int FLAG_RETURN_SINGLE_ENTRY = 0x02;
  public static final int FLAG_INDEX_SPECIFIED = 0x04;
  public static final int FLAG_REOPEN = 0x10;

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }
}
