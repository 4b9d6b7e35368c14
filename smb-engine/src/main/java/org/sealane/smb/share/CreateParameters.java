package org.sealane.smb.share;

/**
 * What a CREATE asks of a share, [MS-SMB2] 2.2.13.
 *
 * @param path the file below the share's root
 * @param desiredAccess access mask, [MS-SMB2] 2.2.13.1; see {@link AccessMask}
 * @param fileAttributes attributes of a file that is created, [MS-FSCC] 2.6
 * @param shareAccess bits 1 read, 2 write, 4 delete that others may have
 * @param disposition what to do if it exists or not
 * @param options bits of CreateOptions; see {@link CreateOptions}
 */
public record CreateParameters(
    SharePath path,
    int desiredAccess,
    int fileAttributes,
    int shareAccess,
    CreateDisposition disposition,
    int options) {

  /** FILE_SHARE_READ, FILE_SHARE_WRITE and FILE_SHARE_DELETE. */
  public static final int SHARE_ALL = 7;

  /** The same for another path. */
  public CreateParameters at(SharePath other) {
    return new CreateParameters(
        other, desiredAccess, fileAttributes, shareAccess, disposition, options);
  }

  public boolean wants(int accessBits) {
    return (desiredAccess & accessBits) != 0;
  }

  public boolean has(int optionBits) {
    return (options & optionBits) != 0;
  }
}
