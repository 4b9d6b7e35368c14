package org.sealane.smb.wire;

import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A 32-bit NTSTATUS, [MS-ERREF] 2.3.1. A record, not an enum, since a peer may send any value.
 *
 * @param code the bits on the wire
 */
public record NtStatus(int code) {
  public static final NtStatus SUCCESS = new NtStatus(0x0000_0000);
  public static final NtStatus PENDING = new NtStatus(0x0000_0103);
  public static final NtStatus NOTIFY_CLEANUP = new NtStatus(0x0000_010B);
  public static final NtStatus NOTIFY_ENUM_DIR = new NtStatus(0x0000_010C);
  public static final NtStatus OPLOCK_BREAK_IN_PROGRESS = new NtStatus(0x0000_0108);
  public static final NtStatus BUFFER_OVERFLOW = new NtStatus(0x8000_0005);
  public static final NtStatus NO_MORE_FILES = new NtStatus(0x8000_0006);
  public static final NtStatus UNSUCCESSFUL = new NtStatus(0xC000_0001);
  public static final NtStatus INVALID_INFO_CLASS = new NtStatus(0xC000_0003);
  public static final NtStatus INFO_LENGTH_MISMATCH = new NtStatus(0xC000_0004);
  public static final NtStatus INVALID_HANDLE = new NtStatus(0xC000_0008);
  public static final NtStatus INVALID_PARAMETER = new NtStatus(0xC000_000D);
  public static final NtStatus NO_SUCH_FILE = new NtStatus(0xC000_000F);
  public static final NtStatus INVALID_DEVICE_REQUEST = new NtStatus(0xC000_0010);
  public static final NtStatus END_OF_FILE = new NtStatus(0xC000_0011);
  public static final NtStatus MORE_PROCESSING_REQUIRED = new NtStatus(0xC000_0016);
  public static final NtStatus INVALID_VIEW_SIZE = new NtStatus(0xC000_001F);
  public static final NtStatus ACCESS_DENIED = new NtStatus(0xC000_0022);
  public static final NtStatus BUFFER_TOO_SMALL = new NtStatus(0xC000_0023);
  public static final NtStatus OBJECT_NAME_INVALID = new NtStatus(0xC000_0033);
  public static final NtStatus OBJECT_NAME_NOT_FOUND = new NtStatus(0xC000_0034);
  public static final NtStatus OBJECT_NAME_COLLISION = new NtStatus(0xC000_0035);
  public static final NtStatus OBJECT_PATH_NOT_FOUND = new NtStatus(0xC000_003A);
  public static final NtStatus OBJECT_PATH_SYNTAX_BAD = new NtStatus(0xC000_003B);
  public static final NtStatus SHARING_VIOLATION = new NtStatus(0xC000_0043);
  public static final NtStatus FILE_LOCK_CONFLICT = new NtStatus(0xC000_0054);
  public static final NtStatus LOCK_NOT_GRANTED = new NtStatus(0xC000_0055);
  public static final NtStatus DELETE_PENDING = new NtStatus(0xC000_0056);
  public static final NtStatus LOGON_FAILURE = new NtStatus(0xC000_006D);
  public static final NtStatus RANGE_NOT_LOCKED = new NtStatus(0xC000_007E);
  public static final NtStatus DISK_FULL = new NtStatus(0xC000_007F);
  public static final NtStatus INSUFFICIENT_RESOURCES = new NtStatus(0xC000_009A);
  public static final NtStatus MEDIA_WRITE_PROTECTED = new NtStatus(0xC000_00A2);
  public static final NtStatus IO_TIMEOUT = new NtStatus(0xC000_00B5);
  public static final NtStatus FILE_FORCED_CLOSED = new NtStatus(0xC000_00B6);
  public static final NtStatus FILE_IS_A_DIRECTORY = new NtStatus(0xC000_00BA);
  public static final NtStatus NOT_SUPPORTED = new NtStatus(0xC000_00BB);
  public static final NtStatus INVALID_NETWORK_RESPONSE = new NtStatus(0xC000_00C3);
  public static final NtStatus NETWORK_NAME_DELETED = new NtStatus(0xC000_00C9);
  public static final NtStatus BAD_NETWORK_NAME = new NtStatus(0xC000_00CC);
  public static final NtStatus REQUEST_NOT_ACCEPTED = new NtStatus(0xC000_00D0);
  public static final NtStatus NOT_SAME_DEVICE = new NtStatus(0xC000_00D4);
  public static final NtStatus INVALID_OPLOCK_PROTOCOL = new NtStatus(0xC000_00E3);
  public static final NtStatus INTERNAL_ERROR = new NtStatus(0xC000_00E5);
  public static final NtStatus DIRECTORY_NOT_EMPTY = new NtStatus(0xC000_0101);
  public static final NtStatus NOT_A_DIRECTORY = new NtStatus(0xC000_0103);
  public static final NtStatus TOO_MANY_OPENED_FILES = new NtStatus(0xC000_011F);
  public static final NtStatus CANCELLED = new NtStatus(0xC000_0120);
  public static final NtStatus CANNOT_DELETE = new NtStatus(0xC000_0121);
  public static final NtStatus FILE_CLOSED = new NtStatus(0xC000_0128);
  public static final NtStatus IO_DEVICE_ERROR = new NtStatus(0xC000_0185);
  public static final NtStatus INVALID_LOCK_RANGE = new NtStatus(0xC000_01A1);
  public static final NtStatus USER_SESSION_DELETED = new NtStatus(0xC000_0203);
  public static final NtStatus CONNECTION_DISCONNECTED = new NtStatus(0xC000_020C);
  public static final NtStatus RETRY = new NtStatus(0xC000_022D);
  public static final NtStatus NETWORK_SESSION_EXPIRED = new NtStatus(0xC000_035C);
  public static final NtStatus DUPLICATE_OBJECTID = new NtStatus(0xC000_022A);
  public static final NtStatus FILE_NOT_AVAILABLE = new NtStatus(0xC000_0467);
  public static final NtStatus BAD_DATA = new NtStatus(0xC000_090B);
  public static final NtStatus INVALID_SIGNATURE = new NtStatus(0xC000_A000);
  public static final NtStatus AUTH_TAG_MISMATCH = new NtStatus(0xC000_A002);
  public static final NtStatus SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP = new NtStatus(0xC05D_0000);

  private static final Map<Integer, String> NAMES =
      Arrays.stream(NtStatus.class.getDeclaredFields())
          .filter(field -> Modifier.isStatic(field.getModifiers()))
          .filter(field -> field.getType() == NtStatus.class)
          .collect(
              Collectors.toUnmodifiableMap(NtStatus::codeOf, java.lang.reflect.Field::getName));

  private static int codeOf(java.lang.reflect.Field field) {
    try {
      return ((NtStatus) field.get(null)).code();
    } catch (IllegalAccessException e) {
      throw new AssertionError("own field is not readable", e);
    }
  }

  /** True for the severities success and informational. */
  public boolean isSuccess() {
    return code >= 0;
  }

  /** True for severity error, [MS-ERREF] 2.3: the top two bits are set. */
  public boolean isError() {
    return code >>> 30 == 3;
  }

  @Override
  public String toString() {
    String hex = String.format("0x%08X", code);
    String name = NAMES.get(code);
    return name == null ? hex : "STATUS_" + name + " " + hex;
  }
}
