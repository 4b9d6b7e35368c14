package org.sealane.smb.share;

import java.util.Optional;

/**
 * What a CREATE asks of a share, [MS-SMB2] 2.2.13.
 *
 * @param path the file below the share's root
 * @param desiredAccess access mask, [MS-SMB2] 2.2.13.1; see {@link AccessMask}
 * @param fileAttributes attributes of a file that is created, [MS-FSCC] 2.6
 * @param shareAccess bits 1 read, 2 write, 4 delete that others may have
 * @param disposition what to do if it exists or not
 * @param options bits of CreateOptions; see {@link CreateOptions}
 * @param createName a random number of the caller's for this CREATE, under which it may come again:
 *     a share that carried it out, and whose answer was lost, knows its file by it
 */
public record CreateParameters(
    SharePath path,
    int desiredAccess,
    int fileAttributes,
    int shareAccess,
    CreateDisposition disposition,
    int options,
    Optional<Long> createName) {

  /** One that does not come again. */
  public CreateParameters(
      SharePath path,
      int desiredAccess,
      int fileAttributes,
      int shareAccess,
      CreateDisposition disposition,
      int options) {
    this(path, desiredAccess, fileAttributes, shareAccess, disposition, options, Optional.empty());
  }

  /** The same under a name. */
  public CreateParameters named(long name) {
    return new CreateParameters(
        path, desiredAccess, fileAttributes, shareAccess, disposition, options, Optional.of(name));
  }

  /** FILE_SHARE_READ, FILE_SHARE_WRITE and FILE_SHARE_DELETE. */
  public static final int SHARE_ALL = 7;

  /** The same for another path. */
  public CreateParameters at(SharePath other) {
    return new CreateParameters(
        other, desiredAccess, fileAttributes, shareAccess, disposition, options, createName);
  }

  public boolean wants(int accessBits) {
    return (desiredAccess & accessBits) != 0;
  }

  public boolean has(int optionBits) {
    return (options & optionBits) != 0;
  }
}
