package org.sealane.smb.io.fscc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;
import org.sealane.smb.share.Changes;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen.Extent;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * Fuzz targets of the structures in messages; the first byte chooses which. The seeds in {@code
 * FsccFuzzTestInputs} are replayed.
 */
class FsccFuzzTest {
  @FuzzTest
  void directoryEntries(byte[] bytes) {
    DirectoryInformationClass layout = chosen(DirectoryInformationClass.values(), bytes);
    refusedOr(() -> {
      List<FileInformation> entries = DirectoryEntryCodec.decode(layout, rest(bytes));
      MessageWriter out = new MessageWriter();
      DirectoryEntryCodec.encode(layout, entries, Integer.MAX_VALUE, out);
      assertThat(DirectoryEntryCodec.decode(layout, new MessageReader(out.written())))
          .hasSameSizeAs(entries);
    });
  }

  @FuzzTest
  void fileChange(byte[] bytes) {
    FileInformationClass asked = chosen(FileInformationClass.values(), bytes);
    refusedOr(() -> {
      FileChange change = FileChangeCodec.decode(asked, rest(bytes));
      MessageWriter out = new MessageWriter();
      FileChangeCodec.encode(change, out);
      assertThat(FileChangeCodec.decode(asked, new MessageReader(out.written()))).isEqualTo(change);
    });
  }

  @FuzzTest
  void fileInformation(byte[] bytes) {
    MessageReader in = rest(bytes);
    refusedOr(() -> {
      FileAllInformation all = FileAllInformation.decode(in, 0);
      MessageWriter out = new MessageWriter();
      all.encode(out, 0);
      assertThat(FileAllInformation.decode(new MessageReader(out.written()), 0)).isEqualTo(all);
    });
    refusedOr(() -> FileNetworkOpenInformation.decode(in, 0));
    refusedOr(() -> FileAttributeTagInformation.decode(in, 0));
  }

  @FuzzTest
  void fileSystemInformation(byte[] bytes) {
    MessageReader in = rest(bytes);
    switch (chosen(FileSystemInformationClass.values(), bytes)) {
      case VOLUME -> refusedOr(() -> FileFsVolumeInformation.decode(in, 0));
      case SIZE -> refusedOr(() -> FileFsSizeInformation.decode(in, 0));
      case DEVICE -> refusedOr(() -> FileFsDeviceInformation.decode(in, 0));
      case ATTRIBUTE -> refusedOr(() -> FileFsAttributeInformation.decode(in, 0));
      case FULL_SIZE -> refusedOr(() -> FileFsFullSizeInformation.decode(in, 0));
    }
  }

  @FuzzTest
  void fsctl(byte[] bytes) {
    MessageReader in = rest(bytes);
    refusedOr(() -> assertValid(List.of(FsctlBuffers.decodeSetZeroData(in))));
    refusedOr(() -> assertValid(List.of(FsctlBuffers.decodeQueryAllocatedRanges(in))));
    refusedOr(() -> assertValid(FsctlBuffers.decodeFileLevelTrim(in)));
    refusedOr(() -> assertValid(FsctlBuffers.decodeAllocatedRanges(in)));
    refusedOr(() -> FsctlBuffers.decodeSetSparse(in));
  }

  @FuzzTest
  void changes(byte[] bytes) {
    MessageReader in = Structures.reader(bytes);
    refusedOr(() -> ReadChanges.decodeInput(in));
    refusedOr(() -> {
      Changes changes = ReadChanges.decodeOutput(in);
      MessageWriter out = new MessageWriter();
      ReadChanges.encodeOutput(changes, out);
      assertThat(ReadChanges.decodeOutput(new MessageReader(out.written()))).isEqualTo(changes);
    });
  }

  private static void assertValid(List<Extent> ranges) {
    for (Extent range : ranges) {
      assertThat(range.offset()).isNotNegative();
      assertThat(range.length()).isBetween(0L, Long.MAX_VALUE - range.offset());
    }
  }

  private static <E> E chosen(E[] values, byte[] bytes) {
    return bytes.length == 0 ? values[0] : values[Byte.toUnsignedInt(bytes[0]) % values.length];
  }

  private static MessageReader rest(byte[] bytes) {
    return Structures.reader(Arrays.copyOfRange(bytes, Math.min(1, bytes.length), bytes.length));
  }

  private static void refusedOr(Decoding decoding) {
    try {
      decoding.run();
    } catch (MalformedMessageException | ShareException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @FunctionalInterface
  private interface Decoding {
    void run() throws MalformedMessageException, ShareException;
  }
}
