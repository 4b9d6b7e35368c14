package org.sealane.smb.io.fscc;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * FileAttributeTagInformation, [MS-FSCC] 2.4.6.
 *
 * @param fileAttributes bits of {@code FileAttributes}
 * @param reparseTag 0 for a file that is no reparse point
 */
public record FileAttributeTagInformation(int fileAttributes, int reparseTag) {
  public static final int LENGTH = 8;

  private static final int REPARSE_TAG_OFFSET = 4;

  public static FileAttributeTagInformation decode(MessageReader in, int offset)
      throws MalformedMessageException {
    return new FileAttributeTagInformation(
        in.i32("FileAttributes", offset), in.i32("ReparseTag", offset + REPARSE_TAG_OFFSET));
  }

  public void encode(MessageWriter out, int offset) {
    out.i32(offset, fileAttributes).i32(offset + REPARSE_TAG_OFFSET, reparseTag);
  }
}
