package org.sealane.smb.io.fscc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealane.smb.io.fscc.Structures.FILE;
import static org.sealane.smb.io.fscc.Structures.NOON;
import static org.sealane.smb.io.fscc.Structures.compact;
import static org.sealane.smb.io.fscc.Structures.hex;
import static org.sealane.smb.io.fscc.Structures.reader;

import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.io.fscc.FileInformationEncoder.OpenFile;
import org.sealane.smb.share.FileAttributes;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.ShareBackend.VolumeInformation;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/** Golden bytes are laid out by hand from [MS-FSCC] 2.4 and 2.5. */
class FileInformationTest {
  private static final String TIMES =
      "00e0b527167bdc01 81764e28167bdc01 40583329167bdc01 80a37f29167bdc01";
  private static final String BASIC = TIMES + "20000000 00000000";
  private static final String STANDARD = "0010000000000000 d204000000000000 02000000 01 00 0000";
  private static final Set<FileInformationClass> ONLY_SET =
      EnumSet.of(
          FileInformationClass.RENAME,
          FileInformationClass.DISPOSITION,
          FileInformationClass.ALLOCATION,
          FileInformationClass.END_OF_FILE);

  @Nested
  class Query {
    private final OpenFile open = new OpenFile(FILE, 0x001F_01FF, true, true, "dir\\b.txt");

    @Test
    void shouldLayOutEachClassAsSpecified() {
      assertEncodes(FileInformationClass.BASIC, BASIC);
      assertEncodes(FileInformationClass.STANDARD, STANDARD);
      assertEncodes(FileInformationClass.INTERNAL, "8877665544332211");
      assertEncodes(FileInformationClass.EA, "00000000");
      assertEncodes(FileInformationClass.ACCESS, "ff011f00");
      assertEncodes(FileInformationClass.POSITION, "0000000000000000");
      assertEncodes(FileInformationClass.MODE, "02000000");
      assertEncodes(FileInformationClass.ALIGNMENT, "00000000");
      assertEncodes(
          FileInformationClass.NETWORK_OPEN,
          TIMES + "0010000000000000 d204000000000000 20000000 00000000");
      assertEncodes(FileInformationClass.ATTRIBUTE_TAG, "20000000 00000000");
      assertEncodes(
          FileInformationClass.ALL,
          BASIC
              + STANDARD
              + "8877665544332211 00000000 ff011f00 0000000000000000 00000000 00000000"
              + "14000000 5c00 6400 6900 7200 5c00 6200 2e00 7400 7800 7400");
      assertEncodes(
          FileInformationClass.NORMALIZED_NAME,
          "12000000 6400 6900 7200 5c00 6200 2e00 7400 7800 7400");
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerUnlessClassCanOnlyBeSet(FileInformationClass asked) {
      Optional<java.lang.foreign.MemorySegment> answer = FileInformationEncoder.encode(asked, open);

      assertThat(answer.isEmpty()).isEqualTo(ONLY_SET.contains(asked));
      answer.ifPresent(
          bytes -> assertThat(bytes.byteSize()).isGreaterThanOrEqualTo(asked.fixedLength()));
    }

    @Test
    void shouldGiveSameValuesWhenAllInformationIsDecoded() throws MalformedMessageException {
      MessageReader in =
          new MessageReader(
              FileInformationEncoder.encode(FileInformationClass.ALL, open).orElseThrow());
      FileAllInformation all = FileAllInformation.decode(in, 0);

      assertThat(all.basic()).isEqualTo(FileBasicInformation.of(FILE));
      assertThat(all.standard()).isEqualTo(FileStandardInformation.of(FILE, true));
      assertThat(all.internal().indexNumber()).isEqualTo(FILE.fileId());
      assertThat(all.accessFlags()).isEqualTo(0x001F_01FF);
      assertThat(all.name()).isEqualTo("\\dir\\b.txt");
    }

    @Test
    void shouldRefuseEveryTruncationOfAllInformation() {
      byte[] whole =
          FileInformationEncoder.encode(FileInformationClass.ALL, open)
              .orElseThrow()
              .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      for (int length = 0; length < whole.length; length++) {
        byte[] cut = java.util.Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> FileAllInformation.decode(reader(cut), 0))
            .as("cut to %d", length)
            .isInstanceOf(MalformedMessageException.class);
      }
    }

    private void assertEncodes(FileInformationClass asked, String expected) {
      assertThat(hex(FileInformationEncoder.encode(asked, open).orElseThrow()))
          .as("%s", asked)
          .isEqualTo(compact(expected));
    }
  }

  @Nested
  class Change {
    @Test
    void shouldLeaveTimesWhenTheyAreZeroOrMinusOneOrMinusTwo()
        throws MalformedMessageException, ShareException {
      String hex =
          "0000000000000000 ffffffffffffffff feffffffffffffff 80a37f29167bdc01 00000000 00000000";

      assertThat(FileChangeCodec.decode(FileInformationClass.BASIC, reader(hex)))
          .isEqualTo(
              new FileChange.Basic(
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(NOON.plusSeconds(3)),
                  OptionalInt.empty()));
    }

    @Test
    void shouldRefuseWhenTimeIsBelowMinusTwo() {
      String hex = "fdffffffffffffff" + "00".repeat(32);

      assertThatThrownBy(() -> FileChangeCodec.decode(FileInformationClass.BASIC, reader(hex)))
          .hasMessageContaining("CreationTime");
    }

    @Test
    void shouldClearAttributesWhenTheyAreNormal() throws MalformedMessageException, ShareException {
      String hex = "00".repeat(32) + "80000000 00000000";

      assertThat(FileChangeCodec.decode(FileInformationClass.BASIC, reader(hex)))
          .isInstanceOfSatisfying(
              FileChange.Basic.class,
              basic -> assertThat(basic.attributes()).isEqualTo(OptionalInt.of(0)));
    }

    @Test
    void shouldLayOutEachChangeAsSpecified() throws Exception {
      assertCarries(
          new FileChange.Basic(
              Optional.of(NOON),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              OptionalInt.of(FileAttributes.READONLY)),
          "00e0b527167bdc01" + "00".repeat(24) + "01000000 00000000");
      assertCarries(
          new FileChange.Rename(SharePath.ofWire("d\\n"), true),
          "01 00000000000000 0000000000000000 06000000 6400 5c00 6e00");
      assertCarries(new FileChange.Disposition(true), "01");
      assertCarries(new FileChange.EndOfFile(1234), "d204000000000000");
      assertCarries(new FileChange.Allocation(4096), "0010000000000000");
    }

    @Test
    void shouldRefuseWhenSizeIsNegative() {
      for (FileInformationClass sized :
          EnumSet.of(FileInformationClass.ALLOCATION, FileInformationClass.END_OF_FILE)) {
        assertStatus(sized, "ffffffffffffffff", NtStatus.INVALID_PARAMETER);
      }
    }

    @Test
    void shouldRefuseWhenNewNameLeavesShare() {
      assertStatus(
          FileInformationClass.RENAME,
          "01 00000000000000 0000000000000000 0a000000 2e00 2e00 5c00 6e00 6e00",
          NtStatus.OBJECT_PATH_SYNTAX_BAD);
    }

    @Test
    void shouldRefuseWhenRenameNamesRootDirectory() {
      String hex = "01 00000000000000 0100000000000000 02000000 6e00";

      assertThatThrownBy(() -> FileChangeCodec.decode(FileInformationClass.RENAME, reader(hex)))
          .hasMessageContaining("RootDirectory");
    }

    @Test
    void shouldRefuseWhenClassCanNotBeSet() {
      assertStatus(FileInformationClass.STANDARD, STANDARD, NtStatus.INVALID_INFO_CLASS);
    }

    private static void assertCarries(FileChange change, String expected) throws Exception {
      MessageWriter out = new MessageWriter();
      FileChangeCodec.encode(change, out);

      assertThat(hex(out)).isEqualTo(compact(expected));
      assertThat(FileChangeCodec.decode(FileChangeCodec.classOf(change), reader(expected)))
          .isEqualTo(change);
    }

    private static void assertStatus(FileInformationClass asked, String hex, NtStatus status) {
      assertThatThrownBy(() -> FileChangeCodec.decode(asked, reader(hex)))
          .isInstanceOfSatisfying(
              ShareException.class, e -> assertThat(e.status()).isEqualTo(status));
    }
  }

  @Nested
  class FileSystem {
    private final VolumeInformation volume =
        new VolumeInformation("Vol", 0x0403_0201, 1 << 20, 4096 * 3 + 1, 4096);

    @Test
    void shouldLayOutEachClassAsSpecified() {
      assertEncodes(
          FileSystemInformationClass.VOLUME,
          "0000000000000000 01020304 06000000 00 00 5600 6f00 6c00");
      assertEncodes(
          FileSystemInformationClass.SIZE, "0001000000000000 0300000000000000 08000000 00020000");
      assertEncodes(
          FileSystemInformationClass.FULL_SIZE,
          "0001000000000000 0300000000000000 0300000000000000 08000000 00020000");
      assertEncodes(FileSystemInformationClass.DEVICE, "07000000 20000000");
      assertEncodes(
          FileSystemInformationClass.ATTRIBUTE, "47000000 ff000000 08000000 4e00 5400 4600 5300");
    }

    @Test
    void shouldGiveSameValuesWhenDecoded() throws MalformedMessageException {
      FileFsFullSizeInformation full =
          FileFsFullSizeInformation.decode(encoded(FileSystemInformationClass.FULL_SIZE), 0);
      assertThat(full.callerAvailableAllocationUnits()).isEqualTo(3);
      assertThat(full.sectorsPerAllocationUnit() * full.bytesPerSector()).isEqualTo(4096);
      FileFsSizeInformation size =
          FileFsSizeInformation.decode(encoded(FileSystemInformationClass.SIZE), 0);
      assertThat(size.totalAllocationUnits()).isEqualTo(256);
      FileFsVolumeInformation named =
          FileFsVolumeInformation.decode(encoded(FileSystemInformationClass.VOLUME), 0);
      assertThat(named.label()).isEqualTo("Vol");
      assertThat(named.serialNumber()).isEqualTo(volume.serialNumber());
      FileFsAttributeInformation attributes =
          FileFsAttributeInformation.decode(encoded(FileSystemInformationClass.ATTRIBUTE), 0);
      assertThat(attributes.fileSystemName()).isEqualTo("NTFS");
      FileFsDeviceInformation device =
          FileFsDeviceInformation.decode(encoded(FileSystemInformationClass.DEVICE), 0);
      assertThat(device.deviceType()).isEqualTo(FileFsDeviceInformation.FILE_DEVICE_DISK);
    }

    @Test
    void shouldCountInBytesWhenBlockIsNoMultipleOfSectors() throws MalformedMessageException {
      VolumeInformation odd = new VolumeInformation("", 0, 1000, 100, 100);
      FileFsSizeInformation size =
          FileFsSizeInformation.decode(
              new MessageReader(
                  FileSystemInformationEncoder.encode(FileSystemInformationClass.SIZE, odd)),
              0);

      assertThat(size).isEqualTo(new FileFsSizeInformation(10, 1, 1, 100));
    }

    private MessageReader encoded(FileSystemInformationClass asked) {
      return new MessageReader(FileSystemInformationEncoder.encode(asked, volume));
    }

    private void assertEncodes(FileSystemInformationClass asked, String expected) {
      assertThat(hex(FileSystemInformationEncoder.encode(asked, volume)))
          .as("%s", asked)
          .isEqualTo(compact(expected));
    }
  }
}
