package org.sealane.smb.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.share.ShareOpen.Extent;
import org.sealane.smb.wire.NtStatus;

class DirectoryShareFileTest extends ShareFixture {

  @Nested
  class ReadAndWrite {
    @Test
    void shouldReadWhatWasWrittenWhereverTheMemoryIs() throws ShareException {
      byte[] content = new byte[700_001];
      new Random(3).nextBytes(content);
      try (Arena arena = Arena.ofConfined();
          ShareOpen open = open("f", CreateDisposition.CREATE, FILE)) {
        MemorySegment direct = arena.allocate(content.length);
        open.write(5, MemorySegment.ofArray(content), false);

        assertThat(open.read(5, direct)).isEqualTo(content.length);
        assertThat(direct.mismatch(MemorySegment.ofArray(content))).isEqualTo(-1);

        byte[] again = new byte[content.length];
        open.write(content.length, direct, true);
        assertThat(open.read(content.length, MemorySegment.ofArray(again)))
            .isEqualTo(content.length);
        assertThat(again).isEqualTo(content);
      }
    }

    @Test
    void shouldReadLessWhenFileEnds() throws ShareException {
      put("f", "content");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        assertThat(read(open, 3, 100)).isEqualTo("tent");
        assertThat(open.read(0, MemorySegment.ofArray(new byte[0]))).isZero();
        assertStatus(NtStatus.END_OF_FILE, () -> read(open, 7, 1));
        assertStatus(NtStatus.END_OF_FILE, () -> read(open, Long.MAX_VALUE - 1, 1));
      }
    }

    @Test
    void shouldFillGapWithZerosWhenWrittenBehindTheEnd() throws ShareException {
      put("f", "a");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        write(open, 3, "b");
      }
      assertThat(content("f")).isEqualTo("a\0\0b");
    }

    @Test
    void shouldRefuseWhenRangeIsNone() throws ShareException {
      try (ShareOpen open = open("f", CreateDisposition.CREATE, FILE)) {
        assertStatus(NtStatus.INVALID_PARAMETER, () -> read(open, -1, 1));
        assertStatus(NtStatus.INVALID_PARAMETER, () -> write(open, -1, "x"));
        assertStatus(NtStatus.INVALID_PARAMETER, () -> write(open, Long.MAX_VALUE, "x"));
        assertStatus(NtStatus.INVALID_PARAMETER, () -> open.zero(1, Long.MAX_VALUE));
        assertStatus(NtStatus.INVALID_PARAMETER, () -> open.allocatedRanges(-1, 1));
        assertThat(open.information().endOfFile()).isZero();
      }
    }

    @Test
    void shouldRefuseWhenAccessWasNotGranted() throws ShareException {
      put("f", "content");
      try (ShareOpen reader = open("f", READ, SHARE_ALL, CreateDisposition.OPEN, FILE);
          ShareOpen writer =
              open("f", AccessMask.GENERIC_WRITE, SHARE_ALL, CreateDisposition.OPEN, FILE)) {
        assertStatus(NtStatus.ACCESS_DENIED, () -> write(reader, 0, "x"));
        assertStatus(NtStatus.ACCESS_DENIED, () -> reader.zero(0, 1));
        assertStatus(NtStatus.ACCESS_DENIED, () -> reader.trim(0, 1));
        assertStatus(
            NtStatus.ACCESS_DENIED, () -> reader.setInformation(new FileChange.EndOfFile(0)));
        assertStatus(
            NtStatus.ACCESS_DENIED, () -> reader.setInformation(new FileChange.Disposition(true)));
        assertStatus(NtStatus.ACCESS_DENIED, () -> read(writer, 0, 1));
        assertStatus(NtStatus.ACCESS_DENIED, () -> writer.allocatedRanges(0, 1));
      }
      assertThat(content("f")).isEqualTo("content");
    }

    @Test
    void shouldOnlyAppendWhenThatIsAllThatWasGranted() throws ShareException {
      put("f", "ab");
      int append = AccessMask.FILE_APPEND_DATA;
      try (ShareOpen open = open("f", append, SHARE_ALL, CreateDisposition.OPEN, FILE)) {
        assertStatus(NtStatus.ACCESS_DENIED, () -> write(open, 1, "x"));
        write(open, 2, "c");
      }
      assertThat(content("f")).isEqualTo("abc");
    }

    @Test
    void shouldRefuseContentWhenItIsADirectory() throws ShareException {
      mkdir("d");
      try (ShareOpen open = open("d", CreateDisposition.OPEN, DIRECTORY)) {
        assertStatus(NtStatus.INVALID_DEVICE_REQUEST, () -> read(open, 0, 1));
        assertStatus(NtStatus.INVALID_DEVICE_REQUEST, () -> write(open, 0, "x"));
        assertStatus(NtStatus.INVALID_DEVICE_REQUEST, () -> open.zero(0, 1));
        assertStatus(NtStatus.INVALID_DEVICE_REQUEST, () -> open.trim(0, 1));
        assertStatus(NtStatus.INVALID_DEVICE_REQUEST, () -> open.allocatedRanges(0, 1));
        assertStatus(
            NtStatus.INVALID_PARAMETER, () -> open.setInformation(new FileChange.EndOfFile(0)));
        open.flush();
      }
    }

    @Test
    void shouldBeThereAfterFlushWhenMadeInNewDirectories() throws ShareException {
      mkdir("a");
      mkdir("a\\b");
      try (ShareOpen open = open("a\\b\\f", CreateDisposition.CREATE, FILE)) {
        write(open, 0, "content");
        open.flush();
        write(open, 7, "!");
        open.flush();
      }
      assertThat(root.resolve("a/b/f")).hasContent("content!");
    }

    @Test
    void shouldWriteThroughWhenOpenAsksForIt() throws ShareException {
      int options = FILE | CreateOptions.WRITE_THROUGH;
      try (ShareOpen open = open("f", CreateDisposition.CREATE, options)) {
        write(open, 0, "content");
      }
      assertThat(root.resolve("f")).hasContent("content");
    }

    @Test
    void shouldServeOthersWhenThreadIsInterrupted() throws Exception {
      put("f", "content");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        Thread.currentThread().interrupt();
        try {
          assertStatus(NtStatus.CANCELLED, () -> read(open, 0, 7));
        } finally {
          assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(read(open, 0, 7)).isEqualTo("content");
        write(open, 0, "C");
      }
      assertThat(content("f")).isEqualTo("Content");
    }

    @Test
    void shouldKeepEveryBlockWhenManyThreadsReadAndWrite() throws Exception {
      int threads = 4;
      int blocks = 32;
      int blockBytes = 16 << 10;
      try (ShareOpen open = open("f", CreateDisposition.CREATE, FILE);
          ExecutorService workers = Executors.newFixedThreadPool(threads)) {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
          int first = t;
          tasks.add(() -> {
            for (int b = first; b < blocks; b += threads) {
              byte[] block = new byte[blockBytes];
              Arrays.fill(block, (byte) (b + 1));
              open.write((long) b * blockBytes, MemorySegment.ofArray(block), false);
              byte[] again = new byte[blockBytes];
              open.read((long) b * blockBytes, MemorySegment.ofArray(again));
              assertThat(again).isEqualTo(block);
            }
            return null;
          });
        }
        for (Future<Void> done : workers.invokeAll(tasks)) {
          done.get();
        }
        assertThat(open.information().endOfFile()).isEqualTo((long) blocks * blockBytes);
      }
    }

    @Test
    void shouldFailOnlyWithClosedWhenClosedUnderReaders() throws Exception {
      put("f", "content");
      ShareOpen open = open("f", CreateDisposition.OPEN, FILE);
      try (ExecutorService workers = Executors.newFixedThreadPool(2)) {
        Callable<NtStatus> readUntilClosed =
            () -> {
              while (true) {
                try {
                  assertThat(read(open, 0, 7)).isEqualTo("content");
                } catch (ShareException e) {
                  return e.status();
                }
              }
            };
        Future<NtStatus> first = workers.submit(readUntilClosed);
        Future<NtStatus> second = workers.submit(readUntilClosed);
        open.close();
        assertThat(first.get()).isEqualTo(NtStatus.FILE_CLOSED);
        assertThat(second.get()).isEqualTo(NtStatus.FILE_CLOSED);
      }
    }
  }

  @Nested
  class Sizes {
    @Test
    void shouldTruncateAndExtend() throws ShareException {
      put("f", "content");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        open.setInformation(new FileChange.EndOfFile(3));
        assertThat(open.information().endOfFile()).isEqualTo(3);
        open.setInformation(new FileChange.EndOfFile(5));
        assertThat(read(open, 0, 10)).isEqualTo("con\0\0");
        open.setInformation(new FileChange.EndOfFile(0));
        assertStatus(NtStatus.END_OF_FILE, () -> read(open, 0, 1));
      }
    }

    @Test
    void shouldRefuseSizeWhenNoFileCanHaveIt() throws ShareException {
      try (ShareOpen open = open("f", CreateDisposition.CREATE, FILE)) {
        assertStatus(
            NtStatus.INVALID_PARAMETER, () -> open.setInformation(new FileChange.EndOfFile(-1)));
        assertStatus(
            NtStatus.DISK_FULL,
            () -> open.setInformation(new FileChange.EndOfFile(Long.MAX_VALUE)));
        assertThat(open.information().endOfFile()).isZero();
      }
    }

    @Test
    void shouldReserveWithoutChangingSize() throws ShareException {
      put("f", "content");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        open.setInformation(new FileChange.Allocation(1 << 20));
        assertThat(open.information().endOfFile()).isEqualTo(7);
        assumeTrue(open.information().allocationBytes() >= 1 << 20, "no fallocate here");
        open.setInformation(new FileChange.Allocation(2));
        assertThat(open.information().endOfFile()).isEqualTo(2);
        open.setInformation(new FileChange.Allocation(0));
        assertThat(open.information().endOfFile()).isZero();
      }
    }

    @Test
    void shouldTellFullWhenReservationIsBeyondTheDisk() throws ShareException {
      try (ShareOpen open = open("f", CreateDisposition.CREATE, FILE)) {
        open.setInformation(new FileChange.Allocation(4096));
        assumeTrue(open.information().allocationBytes() >= 4096, "no fallocate here");
        assertStatus(
            NtStatus.DISK_FULL, () -> open.setInformation(new FileChange.Allocation(1L << 43)));
      }
    }

    @Test
    void shouldTellAllocationAsFileSystemDoes() throws Exception {
      put("f", "content");
      Process stat =
          new ProcessBuilder("stat", "-c", "%b", root.resolve("f").toString())
              .redirectErrorStream(true)
              .start();
      String blocks = new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assumeTrue(stat.waitFor() == 0, "no stat command of this kind");

      assertThat(information("f").allocationBytes()).isEqualTo(512 * Long.parseLong(blocks.trim()));
    }

    @Test
    void shouldTellVolumeAsFileSystemDoes() throws Exception {
      ShareBackend.VolumeInformation volume = share.volumeInformation();

      assertThat(volume.label()).isEqualTo("test");
      assertThat(volume.serialNumber()).isEqualTo(7);
      assertThat(volume.totalBytes()).isEqualTo(Files.getFileStore(root).getTotalSpace());
      assertThat(volume.availableBytes()).isBetween(1L, volume.totalBytes());
      assertThat(volume.blockBytes()).isPositive();
    }
  }

  @Nested
  class Holes {
    private static final int MIB = 1 << 20;

    @Test
    void shouldTellDataFromHoles() throws ShareException {
      try (ShareOpen open = open("f", CreateDisposition.CREATE, FILE)) {
        open.setInformation(new FileChange.Sparse(true));
        open.setInformation(new FileChange.EndOfFile(4L * MIB));
        open.write(MIB, MemorySegment.ofArray(new byte[MIB]), false);
        List<Extent> ranges = open.allocatedRanges(0, 4L * MIB);
        assumeTrue(!ranges.equals(List.of(new Extent(0, 4L * MIB))), "no holes here");

        assertThat(ranges).containsExactly(new Extent(MIB, MIB));
        assertThat(open.allocatedRanges(0, MIB)).isEmpty();
        assertThat(open.allocatedRanges(MIB + 4096, 4096))
            .containsExactly(new Extent(MIB + 4096, 4096));
        assertThat(open.allocatedRanges(8L * MIB, MIB)).isEmpty();
        assertThat(open.information().allocationBytes()).isBetween((long) MIB, 2L * MIB);
        assertThat(open.information().attributes() & FileAttributes.SPARSE_FILE).isNotZero();
      }
    }

    @Test
    void shouldReadZerosAndFreeStorageWhenZeroed() throws ShareException {
      byte[] content = new byte[4 * MIB];
      Arrays.fill(content, (byte) 'x');
      try (ShareOpen open = open("f", CreateDisposition.CREATE, FILE)) {
        open.write(0, MemorySegment.ofArray(content), false);
        long before = open.information().allocationBytes();
        open.zero(MIB - 1, 2L * MIB + 2);

        byte[] again = new byte[content.length];
        assertThat(open.read(0, MemorySegment.ofArray(again))).isEqualTo(content.length);
        Arrays.fill(content, MIB - 1, 3 * MIB + 1, (byte) 0);
        assertThat(again).isEqualTo(content);
        assertThat(open.information().endOfFile()).isEqualTo(content.length);
        assertThat(open.information().allocationBytes()).isLessThan(before);
      }
    }

    @Test
    void shouldNotGrowFileWhenZeroedOrTrimmedBehindTheEnd() throws ShareException {
      put("f", "content");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        open.zero(3, MIB);
        open.zero(MIB, MIB);
        open.trim(5, MIB);
        assertThat(open.information().endOfFile()).isEqualTo(7);
        assertThat(read(open, 0, 7)).isEqualTo("con\0\0\0\0");
      }
    }

    @Test
    void shouldReadZerosOrOldContentWhenTrimmed() throws ShareException {
      try (ShareOpen open = open("f", CreateDisposition.CREATE, FILE)) {
        byte[] content = new byte[MIB];
        Arrays.fill(content, (byte) 'x');
        open.write(0, MemorySegment.ofArray(content), false);
        open.trim(0, MIB / 2);

        assertThat(read(open, 0, 1)).isIn("\0", "x");
        assertThat(read(open, MIB / 2, 1)).isEqualTo("x");
      }
    }

    /** Where there are more extents than are told, the rest must count as data. */
    @Test
    void shouldTakeRestForDataWhenExtentsPassLimit() throws ShareException {
      int pieces = SparseFile.EXTENTS_MAX + 10;
      int stride = 64 << 10;
      try (ShareOpen open = open("f", CreateDisposition.CREATE, FILE)) {
        for (int i = 0; i < pieces; i++) {
          write(open, (long) i * stride, "x");
        }
        List<Extent> ranges = open.allocatedRanges(0, Long.MAX_VALUE);
        assumeTrue(ranges.size() > 1, "no holes here");

        assertThat(ranges).hasSize(SparseFile.EXTENTS_MAX);
        assertThat(ranges.getLast().offset() + ranges.getLast().length())
            .isEqualTo(open.information().endOfFile());
      }
    }
  }
}
