package org.sealane.smb.io.fscc;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.wire.MessageWriter;

/** Builds what a QUERY_INFO about a file is answered with, [MS-FSCC] 2.4. */
public final class FileInformationEncoder {
  private FileInformationEncoder() {}

  /**
   * What the open itself adds to what is known of its file.
   *
   * @param grantedAccess access mask
   * @param deletePending the file goes when its last open is closed
   * @param writeThrough every write is durable before it is answered
   * @param wirePath path below the share without a leading backslash
   */
  public record OpenFile(
      FileInformation file,
      int grantedAccess,
      boolean deletePending,
      boolean writeThrough,
      String wirePath) {}

  /** The whole structure; empty if the class is one that can only be set. */
  public static Optional<MemorySegment> encode(FileInformationClass asked, OpenFile open) {
    MessageWriter out = new MessageWriter();
    FileInformation file = open.file();
    boolean queryable =
        switch (asked) {
          case BASIC -> {
            FileBasicInformation.of(file).encode(out, 0);
            yield true;
          }
          case STANDARD -> {
            FileStandardInformation.of(file, open.deletePending()).encode(out, 0);
            yield true;
          }
          case INTERNAL -> {
            new FileInternalInformation(file.fileId()).encode(out, 0);
            yield true;
          }
          case ACCESS -> {
            out.i32(0, open.grantedAccess());
            yield true;
          }
          case MODE -> {
            out.i32(0, open.writeThrough() ? FileModes.WRITE_THROUGH : 0);
            yield true;
          }
          // No extended attributes, no position kept, bytes as alignment: all of them zero.
          case EA, POSITION, ALIGNMENT -> {
            out.padTo(asked.fixedLength());
            yield true;
          }
          case ALL -> {
            all(open).encode(out, 0);
            yield true;
          }
          case NETWORK_OPEN -> {
            FileNetworkOpenInformation.of(file).encode(out, 0);
            out.padTo(FileNetworkOpenInformation.LENGTH);
            yield true;
          }
          case ATTRIBUTE_TAG -> {
            new FileAttributeTagInformation(
                    FileNetworkOpenInformation.wireAttributes(file.attributes()), 0)
                .encode(out, 0);
            yield true;
          }
          case NORMALIZED_NAME -> {
            out.i32(0, out.utf16(Integer.BYTES, open.wirePath()));
            yield true;
          }
          case RENAME, DISPOSITION, ALLOCATION, END_OF_FILE -> false;
        };
    return queryable ? Optional.of(out.written()) : Optional.empty();
  }

  private static FileAllInformation all(OpenFile open) {
    return new FileAllInformation(
        FileBasicInformation.of(open.file()),
        FileStandardInformation.of(open.file(), open.deletePending()),
        new FileInternalInformation(open.file().fileId()),
        open.grantedAccess(),
        "\\" + open.wirePath());
  }

  /** Bits of FileModeInformation, [MS-FSCC] 2.4.31. */
  private static final class FileModes {
    static final int WRITE_THROUGH = 0x0000_0002;
  }
}
