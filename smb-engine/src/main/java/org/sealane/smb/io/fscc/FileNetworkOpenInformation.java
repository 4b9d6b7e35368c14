package org.sealane.smb.io.fscc;

import java.time.Instant;
import org.sealane.smb.share.FileAttributes;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * FileNetworkOpenInformation, [MS-FSCC] 2.4.34; CREATE and CLOSE responses hold the same fields in
 * the same order.
 *
 * @param allocationSize storage in use, in bytes
 * @param endOfFile size in bytes
 * @param fileAttributes bits of {@link FileAttributes}
 */
public record FileNetworkOpenInformation(
    Instant creationTime,
    Instant lastAccessTime,
    Instant lastWriteTime,
    Instant changeTime,
    long allocationSize,
    long endOfFile,
    int fileAttributes) {

  public static final int LENGTH = 56;

  /** The fields without the reserved bytes at the end. */
  public static final int FIELDS_LENGTH = 52;

  private static final int CREATION_TIME_OFFSET = 0;
  private static final int LAST_ACCESS_TIME_OFFSET = 8;
  private static final int LAST_WRITE_TIME_OFFSET = 16;
  private static final int CHANGE_TIME_OFFSET = 24;
  private static final int ALLOCATION_SIZE_OFFSET = 32;
  private static final int END_OF_FILE_OFFSET = 40;
  private static final int FILE_ATTRIBUTES_OFFSET = 48;

  public static FileNetworkOpenInformation of(FileInformation file) {
    return new FileNetworkOpenInformation(
        file.creationTime(),
        file.lastAccessTime(),
        file.lastWriteTime(),
        file.changeTime(),
        file.allocationBytes(),
        file.endOfFile(),
        wireAttributes(file.attributes()));
  }

  /** The fields at {@code offset}; the reserved bytes behind them need not be there. */
  public static FileNetworkOpenInformation decode(MessageReader in, int offset)
      throws MalformedMessageException {
    in.require("FileNetworkOpenInformation", offset, FIELDS_LENGTH);
    return new FileNetworkOpenInformation(
        Filetime.toInstant(in.i64("CreationTime", offset + CREATION_TIME_OFFSET)),
        Filetime.toInstant(in.i64("LastAccessTime", offset + LAST_ACCESS_TIME_OFFSET)),
        Filetime.toInstant(in.i64("LastWriteTime", offset + LAST_WRITE_TIME_OFFSET)),
        Filetime.toInstant(in.i64("ChangeTime", offset + CHANGE_TIME_OFFSET)),
        in.i64("AllocationSize", offset + ALLOCATION_SIZE_OFFSET),
        in.i64("EndOfFile", offset + END_OF_FILE_OFFSET),
        in.i32("FileAttributes", offset + FILE_ATTRIBUTES_OFFSET));
  }

  /** Writes the fields only; a caller that needs the reserved bytes pads. */
  public void encode(MessageWriter out, int offset) {
    out.i64(offset + CREATION_TIME_OFFSET, Filetime.of(creationTime))
        .i64(offset + LAST_ACCESS_TIME_OFFSET, Filetime.of(lastAccessTime))
        .i64(offset + LAST_WRITE_TIME_OFFSET, Filetime.of(lastWriteTime))
        .i64(offset + CHANGE_TIME_OFFSET, Filetime.of(changeTime))
        .i64(offset + ALLOCATION_SIZE_OFFSET, allocationSize)
        .i64(offset + END_OF_FILE_OFFSET, endOfFile)
        .i32(offset + FILE_ATTRIBUTES_OFFSET, fileAttributes);
  }

  /** [MS-FSCC] 2.6: a file without any attribute is NORMAL on the wire. */
  static int wireAttributes(int attributes) {
    return attributes == 0 ? FileAttributes.NORMAL : attributes;
  }
}
