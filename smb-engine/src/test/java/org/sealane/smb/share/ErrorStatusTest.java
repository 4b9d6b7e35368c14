package org.sealane.smb.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.NtStatus;

class ErrorStatusTest {
  private static final Path FULL = Path.of("/dev/full");

  @Test
  void shouldTellFullDiskWhenChannelSaysSo() throws IOException {
    assumeTrue(Files.isWritable(FULL), "no /dev/full");
    try (FileChannel full = FileChannel.open(FULL, StandardOpenOption.WRITE)) {
      IOException failure =
          catchThrowableOfType(
              IOException.class,
              () -> FileBytes.write(full, 0, MemorySegment.ofArray(new byte[1])));

      assertThat(ErrorStatus.statusOf(failure)).isEqualTo(NtStatus.DISK_FULL);
    }
  }

  @Test
  void shouldTellWhatCallsReturn() {
    assertErrno(Errno.ENOSPC, NtStatus.DISK_FULL);
    assertErrno(Errno.EDQUOT, NtStatus.DISK_FULL);
    assertErrno(Errno.EMFILE, NtStatus.TOO_MANY_OPENED_FILES);
    assertErrno(Errno.EROFS, NtStatus.MEDIA_WRITE_PROTECTED);
    assertErrno(Errno.EXDEV, NtStatus.NOT_SAME_DEVICE);
    assertErrno(Errno.EIO, NtStatus.IO_DEVICE_ERROR);
    assertErrno(9999, NtStatus.IO_DEVICE_ERROR);
  }

  private static void assertErrno(int errno, NtStatus expected) {
    assertThat(ErrorStatus.statusOf(new PosixException("call", errno))).isEqualTo(expected);
  }

  @Test
  void shouldTellWhatTheLibrarySaysByTypeOrWords() {
    assertThat(ErrorStatus.statusOf(new NoSuchFileException("f")))
        .isEqualTo(NtStatus.OBJECT_NAME_NOT_FOUND);
    assertThat(ErrorStatus.statusOf(new AccessDeniedException("f")))
        .isEqualTo(NtStatus.ACCESS_DENIED);
    assertThat(ErrorStatus.statusOf(new IOException())).isEqualTo(NtStatus.IO_DEVICE_ERROR);
    assumeTrue(PosixFile.available(), "no strerror");
    String full = PosixFile.message(Errno.ENOSPC);
    assertThat(ErrorStatus.statusOf(new FileSystemException("f", null, full)))
        .isEqualTo(NtStatus.DISK_FULL);
  }
}
