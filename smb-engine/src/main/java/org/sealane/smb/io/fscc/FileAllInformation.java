package org.sealane.smb.io.fscc;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * FileAllInformation, [MS-FSCC] 2.4.2. The parts that say nothing here (EaInformation,
 * PositionInformation, ModeInformation, AlignmentInformation) are zero.
 *
 * @param accessFlags access mask that the open was granted
 * @param name path below the share with a leading backslash
 */
public record FileAllInformation(
    FileBasicInformation basic,
    FileStandardInformation standard,
    FileInternalInformation internal,
    int accessFlags,
    String name) {

  private static final int BASIC_OFFSET = 0;
  private static final int STANDARD_OFFSET = BASIC_OFFSET + FileBasicInformation.LENGTH;
  private static final int INTERNAL_OFFSET = STANDARD_OFFSET + FileStandardInformation.LENGTH;
  private static final int EA_SIZE_OFFSET = INTERNAL_OFFSET + FileInternalInformation.LENGTH;
  private static final int ACCESS_FLAGS_OFFSET = EA_SIZE_OFFSET + 4;
  private static final int CURRENT_BYTE_OFFSET_OFFSET = ACCESS_FLAGS_OFFSET + 4;
  private static final int MODE_OFFSET = CURRENT_BYTE_OFFSET_OFFSET + 8;
  private static final int ALIGNMENT_REQUIREMENT_OFFSET = MODE_OFFSET + 4;
  private static final int FILE_NAME_LENGTH_OFFSET = ALIGNMENT_REQUIREMENT_OFFSET + 4;
  private static final int FILE_NAME_OFFSET = FILE_NAME_LENGTH_OFFSET + 4;

  /** Bytes before the name. */
  public static final int FIXED_LENGTH = FILE_NAME_OFFSET;

  public static FileAllInformation decode(MessageReader in, int offset)
      throws MalformedMessageException {
    in.require("FileAllInformation", offset, FIXED_LENGTH);
    long nameLength = in.u32("FileNameLength", offset + FILE_NAME_LENGTH_OFFSET);
    return new FileAllInformation(
        FileBasicInformation.decode(in, offset + BASIC_OFFSET),
        FileStandardInformation.decode(in, offset + STANDARD_OFFSET),
        FileInternalInformation.decode(in, offset + INTERNAL_OFFSET),
        in.i32("AccessFlags", offset + ACCESS_FLAGS_OFFSET),
        in.utf16("FileName", offset + FILE_NAME_OFFSET, nameLength));
  }

  public void encode(MessageWriter out, int offset) {
    basic.encode(out, offset + BASIC_OFFSET);
    standard.encode(out, offset + STANDARD_OFFSET);
    internal.encode(out, offset + INTERNAL_OFFSET);
    out.i32(offset + ACCESS_FLAGS_OFFSET, accessFlags);
    int nameLength = out.utf16(offset + FILE_NAME_OFFSET, name);
    out.i32(offset + FILE_NAME_LENGTH_OFFSET, nameLength);
  }
}
