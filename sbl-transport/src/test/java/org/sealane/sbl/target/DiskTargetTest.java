package org.sealane.sbl.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.NtStatus;

class DiskTargetTest {
  private static final int SIZE_BYTES = 1 << 20;
  private static final Caller CALLER = new Caller("node2", "node2");

  @TempDir Path directory;
  private Path path;
  private DiskTarget target;

  @BeforeEach
  void serve() throws IOException {
    path = directory.resolve("d1.disk");
    Disk.create(path, SIZE_BYTES);
    target = new DiskTarget("v1");
    target.add(Disk.open("d1", path));
  }

  @AfterEach
  void close() {
    target.close();
  }

  private ShareOpen open(int access, CreateDisposition disposition, int options)
      throws ShareException {
    return target.create(
        new CreateParameters(
            SharePath.ofWire("d1"), access, 0, CreateParameters.SHARE_ALL, disposition, options),
        CALLER);
  }

  private ShareOpen open() throws ShareException {
    return open(AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA, CreateDisposition.OPEN, 0);
  }

  private static void assertStatus(NtStatus status, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ShareException.class, e -> assertThat(e.status()).isEqualTo(status));
  }

  private static MemorySegment segment(int bytes) {
    return MemorySegment.ofArray(new byte[bytes]);
  }

  @Test
  void shouldReadBackAndKeepOnDiskWhatWasWritten() throws Exception {
    byte[] content = new byte[300_000];
    new Random(3).nextBytes(content);
    try (ShareOpen open = open()) {
      open.write(12_345, MemorySegment.ofArray(content), true);
      byte[] read = new byte[content.length];

      assertThat(open.read(12_345, MemorySegment.ofArray(read))).isEqualTo(content.length);
      assertThat(read).isEqualTo(content);
    }
    target.close();
    byte[] stored = Arrays.copyOfRange(Files.readAllBytes(path), 12_345, 12_345 + content.length);
    assertThat(stored).isEqualTo(content);
  }

  @Test
  void shouldRefuseAndChangeNothingWhenAccessLeavesTheDisk() throws Exception {
    byte[] before = Files.readAllBytes(path);
    try (ShareOpen open = open()) {
      assertStatus(NtStatus.INVALID_PARAMETER, () -> open.write(SIZE_BYTES - 1, segment(2), false));
      assertStatus(NtStatus.INVALID_PARAMETER, () -> open.write(-1, segment(2), false));
      assertStatus(NtStatus.INVALID_PARAMETER, () -> open.write(Long.MAX_VALUE, segment(2), false));
      assertStatus(NtStatus.INVALID_PARAMETER, () -> open.read(SIZE_BYTES, segment(1)));
      assertStatus(NtStatus.INVALID_PARAMETER, () -> open.zero(SIZE_BYTES - 1, Long.MAX_VALUE));
      assertStatus(NtStatus.INVALID_PARAMETER, () -> open.trim(1, SIZE_BYTES));
      open.write(SIZE_BYTES - 1, segment(1), false);
    }
    assertThat(Files.readAllBytes(path)).isEqualTo(before);
  }

  @Test
  void shouldReadZerosWhenARangeWasZeroedOrTrimmed() throws Exception {
    byte[] ones = new byte[SIZE_BYTES];
    Arrays.fill(ones, (byte) 1);
    try (ShareOpen open = open()) {
      open.write(0, MemorySegment.ofArray(ones), false);
      open.zero(4_096, 8_192);
      open.trim(65_536, 4_096);
      byte[] read = new byte[SIZE_BYTES];
      open.read(0, MemorySegment.ofArray(read));

      Arrays.fill(ones, 4_096, 12_288, (byte) 0);
      Arrays.fill(ones, 65_536, 69_632, (byte) 0);
      assertThat(read).isEqualTo(ones);
      assertThat(open.information().endOfFile()).isEqualTo(SIZE_BYTES);
    }
  }

  @Test
  void shouldRefuseWhatWasNotOpenedFor() throws Exception {
    try (ShareOpen open = open(AccessMask.FILE_READ_DATA, CreateDisposition.OPEN, 0)) {
      assertStatus(NtStatus.ACCESS_DENIED, () -> open.write(0, segment(1), false));
      assertStatus(NtStatus.ACCESS_DENIED, () -> open.zero(0, 1));
    }
  }

  @Test
  void shouldNeverCreateDeleteOrResizeADisk() throws Exception {
    int all = AccessMask.GENERIC_ALL;
    assertStatus(NtStatus.ACCESS_DENIED, () -> open(all, CreateDisposition.OVERWRITE, 0));
    assertStatus(NtStatus.ACCESS_DENIED, () -> open(all, CreateDisposition.CREATE, 0));
    assertStatus(
        NtStatus.CANNOT_DELETE,
        () -> open(all, CreateDisposition.OPEN, CreateOptions.DELETE_ON_CLOSE));
    try (ShareOpen open = open()) {
      assertStatus(
          NtStatus.INVALID_DEVICE_REQUEST, () -> open.setInformation(new FileChange.EndOfFile(1)));
    }
    assertThat(Files.size(path)).isEqualTo(SIZE_BYTES);
  }

  @Test
  void shouldFailOpensWhenTheDiskIsRemoved() throws Exception {
    try (ShareOpen open = open()) {
      target.remove("d1");

      assertStatus(NtStatus.FILE_CLOSED, () -> open.read(0, segment(1)));
    }
    assertStatus(NtStatus.OBJECT_NAME_NOT_FOUND, this::open);
  }

  @Test
  void shouldRefuseToServeOneFileTwice() {
    assertThatThrownBy(() -> Disk.open("d2", path))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("already served");
  }

  @Test
  void shouldNameTheMissingPath() {
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> Disk.open("d2", missing))
        .isInstanceOf(IOException.class)
        .hasMessage("disk d2: " + missing + " does not exist");
  }
}
