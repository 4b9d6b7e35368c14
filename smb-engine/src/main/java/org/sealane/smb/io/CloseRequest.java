package org.sealane.smb.io;

/**
 * SMB2 CLOSE request, [MS-SMB2] 2.2.15.
 *
 * @param flags {@link #FLAG_POSTQUERY_ATTRIB} or 0
 * @param fileId the open to end
 */
public record CloseRequest(int flags, FileId fileId) {
  /** The response shall tell the file's times, sizes and attributes. */
  public static final int FLAG_POSTQUERY_ATTRIB = 0x0001;

  public boolean wantsAttributes() {
    return (flags & FLAG_POSTQUERY_ATTRIB) != 0;
  }
}
