package org.sealane.sbl.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.ShareOpen.Extent;

/** A disk that is a block device: a loop device over a file, where the system lets us have one. */
class BlockDeviceTest {
  private static final int SIZE_BYTES = 4 << 20;
  private static final int SECTOR_BYTES = 512;

  @TempDir private Path directory;
  private Path file;
  private String device = "";
  private Disk disk;

  @BeforeEach
  void attach() throws Exception {
    file = directory.resolve("behind");
    byte[] content = new byte[SIZE_BYTES];
    new Random(9).nextBytes(content);
    Files.write(file, content);
    device = losetup("--find", "--show", file.toString());
    Assumptions.assumeTrue(!device.isEmpty(), "no loop device here");
    disk = Disk.open("d1", Path.of(device));
  }

  @AfterEach
  void detach() throws Exception {
    if (disk != null) {
      disk.close();
    }
    if (!device.isEmpty()) {
      losetup("--detach", device);
    }
  }

  /** What it prints; empty if it can not be run or fails. */
  private static String losetup(String... arguments) throws InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = "losetup";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      byte[] printed = process.getInputStream().readAllBytes();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0
          ? new String(printed, StandardCharsets.UTF_8).strip()
          : "";
    } catch (IOException _) {
      // There is no such program here.
      return "";
    }
  }

  private byte[] behind() throws IOException {
    byte[] content = new byte[SIZE_BYTES];
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "r")) {
      opened.readFully(content);
    }
    return content;
  }

  private static byte[] read(ShareOpen open, long offset, int length) throws ShareException {
    byte[] read = new byte[length];
    assertThat(open.read(offset, MemorySegment.ofArray(read))).isEqualTo(length);
    return read;
  }

  @Test
  void shouldReadWriteFlushZeroAndTrimAsAFileOfItsSize() throws Exception {
    byte[] expected = behind();
    DiskTarget target = new DiskTarget("v1");
    target.add(disk);
    try (ShareOpen open = new DiskOpen(target, disk, true, true, false)) {
      assertThat(open.information().endOfFile()).isEqualTo(SIZE_BYTES);
      assertThat(read(open, 0, SIZE_BYTES)).isEqualTo(expected);
      assertThat(open.allocatedRanges(0, SIZE_BYTES)).containsExactly(new Extent(0, SIZE_BYTES));

      byte[] written = new byte[5 * SECTOR_BYTES + 7];
      Arrays.fill(written, (byte) 3);
      open.write(SECTOR_BYTES + 1, MemorySegment.ofArray(written), false);
      System.arraycopy(written, 0, expected, SECTOR_BYTES + 1, written.length);
      open.flush();
      assertThat(behind()).as("durable").isEqualTo(expected);

      // Whole sectors, which the device does by itself, and a range that it can not do.
      open.zero(1 << 20, 64 << 10);
      open.zero((2 << 20) + 1, 1000);
      open.trim(3 << 20, 64 << 10);
      Arrays.fill(expected, 1 << 20, (1 << 20) + (64 << 10), (byte) 0);
      Arrays.fill(expected, (2 << 20) + 1, (2 << 20) + 1001, (byte) 0);
      Arrays.fill(expected, 3 << 20, (3 << 20) + (64 << 10), (byte) 0);
      assertThat(read(open, 0, SIZE_BYTES)).isEqualTo(expected);
      open.flush();
      assertThat(behind()).isEqualTo(expected);

      assertThatThrownBy(() ->
              open.write(SIZE_BYTES - 1, MemorySegment.ofArray(new byte[2]), false))
          .isInstanceOf(ShareException.class)
          .hasMessageContaining("outside");
      assertThat(behind()).as("nothing was touched").isEqualTo(expected);
    }
  }
}
