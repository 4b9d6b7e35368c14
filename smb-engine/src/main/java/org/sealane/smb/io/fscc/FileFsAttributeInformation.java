package org.sealane.smb.io.fscc;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * FileFsAttributeInformation, [MS-FSCC] 2.5.1.
 *
 * @param attributes {@link #FILE_CASE_SENSITIVE_SEARCH} and others
 * @param maximumComponentNameLength in UTF-16 units
 * @param fileSystemName as clients know it
 */
public record FileFsAttributeInformation(
    int attributes, int maximumComponentNameLength, String fileSystemName) {

  public static final int FILE_CASE_SENSITIVE_SEARCH = 0x0000_0001;
  public static final int FILE_CASE_PRESERVED_NAMES = 0x0000_0002;
  public static final int FILE_UNICODE_ON_DISK = 0x0000_0004;
  public static final int FILE_SUPPORTS_SPARSE_FILES = 0x0000_0040;

  private static final int MAXIMUM_COMPONENT_NAME_LENGTH_OFFSET = 4;
  private static final int FILE_SYSTEM_NAME_LENGTH_OFFSET = 8;
  private static final int FILE_SYSTEM_NAME_OFFSET = 12;

  /** Bytes before the name. */
  public static final int FIXED_LENGTH = FILE_SYSTEM_NAME_OFFSET;

  public static FileFsAttributeInformation decode(MessageReader in, int offset)
      throws MalformedMessageException {
    in.require("FileFsAttributeInformation", offset, FIXED_LENGTH);
    long nameLength = in.u32("FileSystemNameLength", offset + FILE_SYSTEM_NAME_LENGTH_OFFSET);
    return new FileFsAttributeInformation(
        in.i32("FileSystemAttributes", offset),
        in.i32("MaximumComponentNameLength", offset + MAXIMUM_COMPONENT_NAME_LENGTH_OFFSET),
        in.utf16("FileSystemName", offset + FILE_SYSTEM_NAME_OFFSET, nameLength));
  }

  public void encode(MessageWriter out, int offset) {
    out.padTo(offset + FIXED_LENGTH)
        .i32(offset, attributes)
        .i32(offset + MAXIMUM_COMPONENT_NAME_LENGTH_OFFSET, maximumComponentNameLength);
    out.i32(
        offset + FILE_SYSTEM_NAME_LENGTH_OFFSET,
        out.utf16(offset + FILE_SYSTEM_NAME_OFFSET, fileSystemName));
  }
}
