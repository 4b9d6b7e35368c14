package org.sealane.smb.io.fscc;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * FileRenameInformation for SMB2, [MS-FSCC] 2.4.37.2. RootDirectory is always 0 over SMB2.
 *
 * @param replaceIfExists whether a file of the new name may go
 * @param fileName path below the share, not checked here
 */
public record FileRenameInformation(boolean replaceIfExists, String fileName) {
  private static final int REPLACE_IF_EXISTS_OFFSET = 0;
  private static final int ROOT_DIRECTORY_OFFSET = 8;
  private static final int FILE_NAME_LENGTH_OFFSET = 16;
  private static final int FILE_NAME_OFFSET = 20;

  /** Bytes before the name. */
  public static final int FIXED_LENGTH = FILE_NAME_OFFSET;

  public static FileRenameInformation decode(MessageReader in, int offset)
      throws MalformedMessageException {
    in.require("FileRenameInformation", offset, FIXED_LENGTH);
    long rootDirectory = in.i64("RootDirectory", offset + ROOT_DIRECTORY_OFFSET);
    if (rootDirectory != 0) {
      throw new MalformedMessageException(
          "RootDirectory", offset + ROOT_DIRECTORY_OFFSET, "0", rootDirectory);
    }
    long nameLength = in.u32("FileNameLength", offset + FILE_NAME_LENGTH_OFFSET);
    return new FileRenameInformation(
        in.u8("ReplaceIfExists", offset + REPLACE_IF_EXISTS_OFFSET) != 0,
        in.utf16("FileName", offset + FILE_NAME_OFFSET, nameLength));
  }

  public void encode(MessageWriter out, int offset) {
    out.padTo(offset + FIXED_LENGTH).u8(offset + REPLACE_IF_EXISTS_OFFSET, replaceIfExists ? 1 : 0);
    out.i32(offset + FILE_NAME_LENGTH_OFFSET, out.utf16(offset + FILE_NAME_OFFSET, fileName));
  }
}
