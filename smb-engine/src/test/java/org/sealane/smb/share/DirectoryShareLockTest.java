package org.sealane.smb.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.smb.wire.NtStatus;

/** Byte-range locks among the opens of a share, [MS-FSA] 2.1.4.10. */
class DirectoryShareLockTest extends ShareFixture {
  private ShareOpen open() throws ShareException {
    return open("f", CreateDisposition.OPEN_IF, FILE);
  }

  private static void lock(ShareOpen open, long offset, long length, boolean exclusive)
      throws ShareException {
    open.lock(List.of(new RangeLock(new ByteRange(offset, length), exclusive)));
  }

  private static void unlock(ShareOpen open, long offset, long length) throws ShareException {
    open.unlock(List.of(new ByteRange(offset, length)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 10, 10, 10, false",
    "0, 10, 9, 1, true",
    "5, 1, 0, 10, true",
    "0, 0, 0, 0, false",
    "5, 0, 0, 10, true",
    "0, 0, 0, 10, false",
    "10, 0, 0, 10, false",
    "0, 10, 5, 0, true",
    "-1, 1, -1, 1, true",
    "-2, 2, -1, 1, true",
    "0, -1, -2, 1, true",
    "0, -1, -1, 1, false",
    "9223372036854775807, 2, -9223372036854775808, 1, true"
  })
  void shouldTellRangesThatOverlap(
      long offset, long length, long otherOffset, long otherLength, boolean overlap)
      throws ShareException {
    try (ShareOpen one = open();
        ShareOpen other = open()) {
      lock(one, offset, length, true);

      if (overlap) {
        assertStatus(NtStatus.LOCK_NOT_GRANTED, () -> lock(other, otherOffset, otherLength, true));
      } else {
        lock(other, otherOffset, otherLength, true);
      }
    }
  }

  @Test
  void shouldRefuseARangeThatPasses64Bits() throws ShareException {
    try (ShareOpen one = open()) {
      assertStatus(NtStatus.INVALID_LOCK_RANGE, () -> lock(one, -1, 2, true));
      assertStatus(NtStatus.INVALID_LOCK_RANGE, () -> unlock(one, -1, 2));
    }
  }

  @Test
  void shouldShareSharedLocksAndNothingElse() throws ShareException {
    try (ShareOpen one = open();
        ShareOpen other = open()) {
      lock(one, 0, 10, false);
      lock(one, 0, 10, false);
      lock(other, 5, 10, false);

      assertStatus(NtStatus.LOCK_NOT_GRANTED, () -> lock(other, 0, 1, true));
      assertStatus(NtStatus.LOCK_NOT_GRANTED, () -> lock(one, 0, 1, true));
    }
  }

  @Test
  void shouldLayASharedLockOnItsOwnExclusiveOne() throws ShareException {
    try (ShareOpen one = open();
        ShareOpen other = open()) {
      lock(one, 0, 10, true);
      lock(one, 0, 10, false);
      assertStatus(NtStatus.LOCK_NOT_GRANTED, () -> lock(other, 0, 10, false));

      unlock(one, 0, 10);
      lock(other, 0, 10, false);
    }
  }

  @Test
  void shouldKeepOthersFromWhatIsLockedExclusively() throws ShareException {
    put("f", "0123456789");
    try (ShareOpen one = open();
        ShareOpen other = open()) {
      lock(one, 2, 3, true);

      assertStatus(NtStatus.FILE_LOCK_CONFLICT, () -> read(other, 0, 3));
      assertStatus(NtStatus.FILE_LOCK_CONFLICT, () -> write(other, 4, "x"));
      assertStatus(NtStatus.FILE_LOCK_CONFLICT, () -> other.zero(0, 10));
      assertStatus(NtStatus.FILE_LOCK_CONFLICT, () -> other.trim(0, 10));
      assertThat(read(other, 0, 2)).isEqualTo("01");
      write(other, 5, "x");
      write(one, 2, "abc");
      assertThat(read(one, 0, 10)).isEqualTo("01abcx6789");
    }
  }

  @Test
  void shouldKeepEverybodyFromWritingWhatIsShared() throws ShareException {
    put("f", "0123456789");
    try (ShareOpen one = open();
        ShareOpen other = open()) {
      lock(one, 0, 5, false);

      assertThat(read(other, 0, 5)).isEqualTo("01234");
      assertStatus(NtStatus.FILE_LOCK_CONFLICT, () -> write(other, 0, "x"));
      assertStatus(NtStatus.FILE_LOCK_CONFLICT, () -> write(one, 0, "x"));
      unlock(one, 0, 5);
      write(other, 0, "x");
    }
  }

  @Test
  void shouldTakeAllOrNone() throws ShareException {
    try (ShareOpen one = open();
        ShareOpen other = open()) {
      lock(one, 100, 1, true);

      assertStatus(
          NtStatus.LOCK_NOT_GRANTED,
          () ->
              other.lock(
                  List.of(
                      new RangeLock(new ByteRange(0, 1), true),
                      new RangeLock(new ByteRange(100, 1), true))));
      lock(one, 0, 1, true);
    }
  }

  @Test
  void shouldEndOnlyWhatItHoldsAndExactly() throws ShareException {
    try (ShareOpen one = open();
        ShareOpen other = open()) {
      lock(one, 0, 10, true);

      assertStatus(NtStatus.RANGE_NOT_LOCKED, () -> unlock(one, 0, 5));
      assertStatus(NtStatus.RANGE_NOT_LOCKED, () -> unlock(other, 0, 10));
      unlock(one, 0, 10);
      assertStatus(NtStatus.RANGE_NOT_LOCKED, () -> unlock(one, 0, 10));
    }
  }

  @Test
  void shouldEndWithTheOpen() throws ShareException {
    try (ShareOpen other = open()) {
      ShareOpen closed = open();
      lock(closed, 0, 10, true);
      closed.close();
      lock(other, 0, 5, true);

      ShareOpen abandoned = open();
      lock(abandoned, 5, 5, true);
      abandoned.abandon();
      lock(other, 5, 5, true);
    }
  }

  @Test
  void shouldRefuseADirectoryAndAnOpenWithoutData() throws ShareException {
    mkdir("d");
    put("f", "x");
    try (ShareOpen directory = open("d", CreateDisposition.OPEN, DIRECTORY);
        ShareOpen attributes =
            open("f", AccessMask.FILE_READ_ATTRIBUTES, SHARE_ALL, CreateDisposition.OPEN, FILE)) {
      assertStatus(NtStatus.INVALID_PARAMETER, () -> lock(directory, 0, 1, true));
      assertStatus(NtStatus.INVALID_PARAMETER, () -> unlock(directory, 0, 1));
      assertStatus(NtStatus.ACCESS_DENIED, () -> lock(attributes, 0, 1, true));
    }
  }

  @Test
  void shouldHoldNoMoreThanTheLimit() throws ShareException {
    try (ShareOpen one = open()) {
      for (int i = 0; i < RangeLocks.LOCKS_MAX; i++) {
        lock(one, i, 1, true);
      }

      assertStatus(NtStatus.INSUFFICIENT_RESOURCES, () -> lock(one, RangeLocks.LOCKS_MAX, 1, true));
      unlock(one, 0, 1);
      lock(one, 0, 1, true);
    }
  }
}
