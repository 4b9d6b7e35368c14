package org.sealane.smb.io.fscc;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Classes of information about an open file, [MS-FSCC] 2.4. */
public enum FileInformationClass {
  BASIC(4, FileBasicInformation.LENGTH),
  STANDARD(5, FileStandardInformation.LENGTH),
  INTERNAL(6, FileInternalInformation.LENGTH),
  EA(7, 4),
  ACCESS(8, 4),
  RENAME(10, FileRenameInformation.FIXED_LENGTH),
  DISPOSITION(13, 1),
  POSITION(14, 8),
  MODE(16, 4),
  ALIGNMENT(17, 4),
  ALL(18, FileAllInformation.FIXED_LENGTH),
  ALLOCATION(19, 8),
  END_OF_FILE(20, 8),
  NETWORK_OPEN(34, FileNetworkOpenInformation.LENGTH),
  ATTRIBUTE_TAG(35, FileAttributeTagInformation.LENGTH),
  NORMALIZED_NAME(48, 4);

  private static final Map<Integer, FileInformationClass> BY_CODE =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(FileInformationClass::code, Function.identity()));

  private final int code;
  private final int fixedLength;

  FileInformationClass(int code, int fixedLength) {
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

  public static Optional<FileInformationClass> ofCode(int code) {
    return Optional.ofNullable(BY_CODE.get(code));
  }
}
