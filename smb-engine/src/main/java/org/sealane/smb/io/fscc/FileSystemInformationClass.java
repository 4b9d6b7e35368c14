package org.sealane.smb.io.fscc;

import java.util.Arrays;
import java.util.Optional;

/** Classes of information about a file system, [MS-FSCC] 2.5. */
public enum FileSystemInformationClass {
  VOLUME(1, FileFsVolumeInformation.FIXED_LENGTH),
  SIZE(3, FileFsSizeInformation.LENGTH),
  DEVICE(4, FileFsDeviceInformation.LENGTH),
  ATTRIBUTE(5, FileFsAttributeInformation.FIXED_LENGTH),
  FULL_SIZE(7, FileFsFullSizeInformation.LENGTH);

  private final int code;
  private final int fixedLength;

  FileSystemInformationClass(int code, int fixedLength) {
    this.code = code;
    this.fixedLength = fixedLength;
  }

  /** The 8-bit code on the wire. */
  public int code() {
    return code;
  }

  /**
   * Bytes before a variable part, or all of them. A smaller buffer than this is
   * STATUS_INFO_LENGTH_MISMATCH; one that only cuts the variable part is STATUS_BUFFER_OVERFLOW.
   */
  public int fixedLength() {
    return fixedLength;
  }

  public static Optional<FileSystemInformationClass> ofCode(int code) {
    return Arrays.stream(values()).filter(value -> value.code == code).findFirst();
  }
}
