package org.sealane.smb.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.share.ShareOpen.Extent;

class SparseFileTest {
  private static final int SIZE_BYTES = 1 << 20;

  @TempDir Path directory;
  private Path path;
  private FileChannel channel;

  @BeforeEach
  void open() throws IOException {
    path = directory.resolve("file");
    channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @AfterEach
  void close() throws IOException {
    channel.close();
  }

  private byte[] randomContent() throws IOException {
    byte[] content = new byte[SIZE_BYTES];
    new Random(7).nextBytes(content);
    FileBytes.write(channel, 0, MemorySegment.ofArray(content));
    return content;
  }

  private byte[] read(long offset, int length) throws IOException {
    byte[] into = new byte[length];
    assertThat(FileBytes.read(channel, offset, MemorySegment.ofArray(into))).isEqualTo(length);
    return into;
  }

  @Test
  void shouldReadBackWhatWasWrittenInManyChunks() throws IOException {
    byte[] content = randomContent();

    assertThat(read(0, SIZE_BYTES)).isEqualTo(content);
  }

  @Test
  void shouldReadOnlyWhatIsThereWhenTheFileEnds() throws IOException {
    randomContent();

    long read = FileBytes.read(channel, SIZE_BYTES - 10, MemorySegment.ofArray(new byte[100]));

    assertThat(read).isEqualTo(10);
  }

  @Test
  void shouldZeroExactlyTheRangeAndKeepTheSize() throws IOException {
    byte[] content = randomContent();

    SparseFile.zero(path, channel, 5_000, 300_001);

    java.util.Arrays.fill(content, 5_000, 305_001, (byte) 0);
    assertThat(read(0, SIZE_BYTES)).isEqualTo(content);
    assertThat(channel.size()).isEqualTo(SIZE_BYTES);
  }

  @Test
  void shouldReportEveryByteOfDataWithinAnExtent() throws IOException {
    FileBytes.write(channel, SIZE_BYTES - 1, MemorySegment.ofArray(new byte[] {1}));
    FileBytes.write(channel, 1 << 18, MemorySegment.ofArray(new byte[] {2}));

    List<Extent> extents = SparseFile.dataExtents(path, channel, 0, Long.MAX_VALUE);

    assertThat(extents).anyMatch(e -> covers(e, 1 << 18)).anyMatch(e -> covers(e, SIZE_BYTES - 1));
    long end = 0;
    for (Extent extent : extents) {
      assertThat(extent.offset()).isGreaterThanOrEqualTo(end);
      end = extent.offset() + extent.length();
    }
    assertThat(end).isLessThanOrEqualTo(SIZE_BYTES);
  }

  @Test
  void shouldReportNoExtentWhenTheRangeIsPastTheEnd() throws IOException {
    randomContent();

    assertThat(SparseFile.dataExtents(path, channel, SIZE_BYTES, 100)).isEmpty();
  }

  private static boolean covers(Extent extent, long offset) {
    return extent.offset() <= offset && offset < extent.offset() + extent.length();
  }
}
