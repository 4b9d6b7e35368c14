package org.sealane.smb.io.fscc;

import java.util.Arrays;
import java.util.Optional;

/** Classes of directory entries, [MS-FSCC] 2.4; where each has what it has beside the others. */
public enum DirectoryInformationClass {
  /** FileDirectoryInformation, 2.4.10. */
  DIRECTORY(1, 60, 64, false),
  /** FileFullDirectoryInformation, 2.4.14. */
  FULL_DIRECTORY(2, 60, 68, false),
  /** FileBothDirectoryInformation, 2.4.8. */
  BOTH_DIRECTORY(3, 60, 94, false),
  /** FileNamesInformation, 2.4.33. */
  NAMES(12, 8, 12, false),
  /** FileIdBothDirectoryInformation, 2.4.22. */
  ID_BOTH_DIRECTORY(37, 60, 104, true),
  /** FileIdFullDirectoryInformation, 2.4.23. */
  ID_FULL_DIRECTORY(38, 60, 80, true);

  private final int code;
  private final int nameLengthOffset;
  private final int nameOffset;
  private final boolean hasFileId;

  DirectoryInformationClass(int code, int nameLengthOffset, int nameOffset, boolean hasFileId) {
    this.code = code;
    this.nameLengthOffset = nameLengthOffset;
    this.nameOffset = nameOffset;
    this.hasFileId = hasFileId;
  }

  /** The 8-bit code on the wire. */
  public int code() {
    return code;
  }

  public static Optional<DirectoryInformationClass> ofCode(int code) {
    return Arrays.stream(values()).filter(value -> value.code == code).findFirst();
  }

  /** Whether an entry has times, sizes and attributes. */
  boolean hasAttributes() {
    return this != NAMES;
  }

  boolean hasFileId() {
    return hasFileId;
  }

  /** FileId is the last field before the name in each class that has one. */
  int fileIdOffset() {
    return nameOffset - Long.BYTES;
  }

  int nameLengthOffset() {
    return nameLengthOffset;
  }

  int nameOffset() {
    return nameOffset;
  }
}
