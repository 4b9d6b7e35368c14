package org.sealane.smb.io.fscc;

import org.sealane.smb.share.FileInformation;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * FileStandardInformation, [MS-FSCC] 2.4.41.
 *
 * @param allocationSize storage in use, in bytes
 * @param endOfFile size in bytes
 * @param numberOfLinks hard links
 * @param deletePending it goes when its last open is closed
 * @param directory whether it is one
 */
public record FileStandardInformation(
    long allocationSize,
    long endOfFile,
    long numberOfLinks,
    boolean deletePending,
    boolean directory) {

  public static final int LENGTH = 24;

  private static final int ALLOCATION_SIZE_OFFSET = 0;
  private static final int END_OF_FILE_OFFSET = 8;
  private static final int NUMBER_OF_LINKS_OFFSET = 16;
  private static final int DELETE_PENDING_OFFSET = 20;
  private static final int DIRECTORY_OFFSET = 21;

  public static FileStandardInformation of(FileInformation file, boolean deletePending) {
    return new FileStandardInformation(
        file.allocationBytes(), file.endOfFile(), file.links(), deletePending, file.isDirectory());
  }

  public static FileStandardInformation decode(MessageReader in, int offset)
      throws MalformedMessageException {
    in.require("FileStandardInformation", offset, LENGTH);
    return new FileStandardInformation(
        in.i64("AllocationSize", offset + ALLOCATION_SIZE_OFFSET),
        in.i64("EndOfFile", offset + END_OF_FILE_OFFSET),
        in.u32("NumberOfLinks", offset + NUMBER_OF_LINKS_OFFSET),
        in.u8("DeletePending", offset + DELETE_PENDING_OFFSET) != 0,
        in.u8("Directory", offset + DIRECTORY_OFFSET) != 0);
  }

  public void encode(MessageWriter out, int offset) {
    out.i64(offset + ALLOCATION_SIZE_OFFSET, allocationSize)
        .i64(offset + END_OF_FILE_OFFSET, endOfFile)
        .i32(offset + NUMBER_OF_LINKS_OFFSET, (int) numberOfLinks)
        .u8(offset + DELETE_PENDING_OFFSET, deletePending ? 1 : 0)
        .u8(offset + DIRECTORY_OFFSET, directory ? 1 : 0)
        .padTo(offset + LENGTH);
  }
}
