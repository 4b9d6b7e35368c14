package org.sealane.smb.io.fscc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealane.smb.io.fscc.Structures.FILE;
import static org.sealane.smb.io.fscc.Structures.compact;
import static org.sealane.smb.io.fscc.Structures.hex;
import static org.sealane.smb.io.fscc.Structures.reader;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Golden bytes are laid out by hand from [MS-FSCC] 2.4. */
class DirectoryEntryCodecTest {
  private static final String COMMON =
      "00000000 00000000"
          + "00e0b527167bdc01 81764e28167bdc01 40583329167bdc01 80a37f29167bdc01"
          + "d204000000000000 0010000000000000 20000000 0a000000";
  private static final String NAME = "6200 2e00 7400 7800 7400";
  private static final String NO_SHORT_NAME = "00 00" + "00".repeat(24);
  private static final String FILE_ID = "8877665544332211";

  @Test
  void shouldLayOutEachClassAsSpecified() {
    assertEncodes(DirectoryInformationClass.DIRECTORY, COMMON + NAME);
    assertEncodes(DirectoryInformationClass.FULL_DIRECTORY, COMMON + "00000000" + NAME);
    assertEncodes(
        DirectoryInformationClass.BOTH_DIRECTORY, COMMON + "00000000" + NO_SHORT_NAME + NAME);
    assertEncodes(DirectoryInformationClass.NAMES, "00000000 00000000 0a000000" + NAME);
    assertEncodes(
        DirectoryInformationClass.ID_BOTH_DIRECTORY,
        COMMON + "00000000" + NO_SHORT_NAME + "0000" + FILE_ID + NAME);
    assertEncodes(
        DirectoryInformationClass.ID_FULL_DIRECTORY, COMMON + "00000000 00000000" + FILE_ID + NAME);
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveSameEntriesWhenDecoded(DirectoryInformationClass layout)
      throws MalformedMessageException {
    List<FileInformation> entries = List.of(named("a"), named("bcd"), named("Äö"));
    MessageWriter out = new MessageWriter();

    assertThat(DirectoryEntryCodec.encode(layout, entries, 4096, out)).isEqualTo(3);

    List<FileInformation> again =
        DirectoryEntryCodec.decode(layout, new MessageReader(out.written()));
    assertThat(again).extracting(FileInformation::name).containsExactly("a", "bcd", "Äö");
    if (layout.hasAttributes()) {
      assertThat(again).allSatisfy(file -> assertThat(file.endOfFile()).isEqualTo(1234));
      assertThat(again.getFirst().lastWriteTime()).isEqualTo(FILE.lastWriteTime());
    }
    if (layout.hasFileId()) {
      assertThat(again).allSatisfy(file -> assertThat(file.fileId()).isEqualTo(FILE.fileId()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldStopBeforeEntryThatWouldNotFit(DirectoryInformationClass layout) {
    List<FileInformation> entries = List.of(named("ab"), named("cd"));
    int first = layout.nameOffset() + 4;
    int both = first + Math.floorMod(-first, 8) + first;

    assertThat(encodedWithin(layout, entries, first - 1)).isZero();
    assertThat(encodedWithin(layout, entries, first)).isEqualTo(1);
    assertThat(encodedWithin(layout, entries, both - 1)).isEqualTo(1);
    assertThat(encodedWithin(layout, entries, both)).isEqualTo(2);
  }

  @Test
  void shouldWriteLessThanLimitWhenEntriesAreMany() {
    MessageWriter out = new MessageWriter();
    int written =
        DirectoryEntryCodec.encode(
            DirectoryInformationClass.ID_BOTH_DIRECTORY,
            Collections.nCopies(10_000, FILE),
            65_536,
            out);

    assertThat(written).isEqualTo(65_536 / 120);
    assertThat(out.length()).isLessThanOrEqualTo(65_536);
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefuseEveryTruncation(DirectoryInformationClass layout) {
    MessageWriter out = new MessageWriter();
    DirectoryEntryCodec.encode(layout, List.of(named("a"), named("b")), 4096, out);
    byte[] whole = out.written().toArray(ValueLayout.JAVA_BYTE);

    for (int length = 1; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> DirectoryEntryCodec.decode(layout, reader(cut)))
          .as("cut to %d", length)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void shouldRefuseWhenChainWouldNotAdvance() {
    for (String next : List.of("01000000", "0b000000", "ffffffff")) {
      String entry = next + "00000000 02000000 6100 0000" + "00000000 00000000 02000000 6100";

      assertThatThrownBy(
              () -> DirectoryEntryCodec.decode(DirectoryInformationClass.NAMES, reader(entry)))
          .as("NextEntryOffset %s", next)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void shouldRefuseWhenNameIsEmpty() {
    assertThatThrownBy(() ->
            DirectoryEntryCodec.decode(
                DirectoryInformationClass.NAMES, reader("00000000 00000000 00000000")))
        .hasMessageContaining("FileNameLength");
  }

  @Test
  void shouldHaveNoEntriesWhenBufferIsEmpty() throws MalformedMessageException {
    assertThat(DirectoryEntryCodec.decode(DirectoryInformationClass.NAMES, reader(""))).isEmpty();
  }

  private static int encodedWithin(
      DirectoryInformationClass layout, List<FileInformation> entries, int maxBytes) {
    MessageWriter out = new MessageWriter();
    int written = DirectoryEntryCodec.encode(layout, entries, maxBytes, out);
    assertThat(out.length()).isLessThanOrEqualTo(maxBytes);
    return written;
  }

  private static void assertEncodes(DirectoryInformationClass layout, String expected) {
    MessageWriter out = new MessageWriter();
    DirectoryEntryCodec.encode(layout, List.of(FILE), 4096, out);
    assertThat(hex(out)).as("%s", layout).isEqualTo(compact(expected));
  }

  private static FileInformation named(String name) {
    return new FileInformation(
        name,
        FILE.fileId(),
        FILE.creationTime(),
        FILE.lastAccessTime(),
        FILE.lastWriteTime(),
        FILE.changeTime(),
        FILE.endOfFile(),
        FILE.allocationBytes(),
        FILE.attributes(),
        FILE.links());
  }
}
