package org.sealane.smb.io.fscc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealane.smb.io.fscc.Structures.compact;
import static org.sealane.smb.io.fscc.Structures.hex;
import static org.sealane.smb.io.fscc.Structures.reader;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealane.smb.share.ShareOpen.Extent;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Golden bytes are laid out by hand from [MS-FSCC] 2.3. */
class FsctlBuffersTest {
  private static final String TWO_RANGES =
      "0010000000000000 0020000000000000 0000000001000000 0100000000000000";
  private static final List<Extent> TWO = List.of(new Extent(4096, 8192), new Extent(1L << 32, 1));

  @Test
  void shouldMakeSparseWhenInputIsEmpty() throws MalformedMessageException {
    assertThat(FsctlBuffers.decodeSetSparse(reader(""))).isTrue();
    assertThat(FsctlBuffers.decodeSetSparse(reader("00"))).isFalse();
    assertThat(FsctlBuffers.decodeSetSparse(reader("01"))).isTrue();
  }

  @Test
  void shouldKeepSparseWhenEncoded() throws MalformedMessageException {
    for (boolean sparse : new boolean[] {true, false}) {
      MessageWriter out = new MessageWriter();
      FsctlBuffers.encodeSetSparse(sparse, out);
      assertThat(FsctlBuffers.decodeSetSparse(new MessageReader(out.written()))).isEqualTo(sparse);
    }
  }

  @Test
  void shouldGiveEndOnTheWireWhenRangeIsZeroed() throws MalformedMessageException {
    MessageWriter out = new MessageWriter();
    FsctlBuffers.encodeSetZeroData(new Extent(4096, 8192), out);

    assertThat(hex(out)).isEqualTo("00100000000000000030000000000000");
    assertThat(FsctlBuffers.decodeSetZeroData(new MessageReader(out.written())))
        .isEqualTo(new Extent(4096, 8192));
  }

  @Test
  void shouldRefuseZeroWhenRangeIsNone() {
    assertRefused(
        () -> FsctlBuffers.decodeSetZeroData(reader("ffffffffffffffff 0030000000000000")));
    assertRefused(
        () -> FsctlBuffers.decodeSetZeroData(reader("0030000000000000 0010000000000000")));
    assertRefused(
        () -> FsctlBuffers.decodeSetZeroData(reader("0030000000000000 ffffffffffffffff")));
    assertRefused(() -> FsctlBuffers.decodeSetZeroData(reader("0030000000000000 00100000000000")));
  }

  @Test
  void shouldKeepRangesWhenAllocatedOnesAreTold() throws MalformedMessageException {
    MessageWriter out = new MessageWriter();

    assertThat(FsctlBuffers.encodeAllocatedRanges(TWO, 32, out)).isEqualTo(2);
    assertThat(hex(out)).isEqualTo(compact(TWO_RANGES));
    assertThat(FsctlBuffers.decodeAllocatedRanges(reader(TWO_RANGES))).isEqualTo(TWO);
  }

  @Test
  void shouldTellFewerRangesWhenBufferIsSmall() {
    assertThat(FsctlBuffers.encodeAllocatedRanges(TWO, 31, new MessageWriter())).isEqualTo(1);
    assertThat(FsctlBuffers.encodeAllocatedRanges(TWO, 15, new MessageWriter())).isZero();
  }

  @Test
  void shouldRefuseRangesWhenOneIsCut() {
    assertRefused(() -> FsctlBuffers.decodeAllocatedRanges(reader(TWO_RANGES + "00")));
  }

  @Test
  void shouldKeepRangeWhenAllocatedOnesAreAsked() throws MalformedMessageException {
    MessageWriter out = new MessageWriter();
    FsctlBuffers.encodeQueryAllocatedRanges(new Extent(1, 2), out);

    assertThat(hex(out)).isEqualTo("01000000000000000200000000000000");
    assertThat(FsctlBuffers.decodeQueryAllocatedRanges(new MessageReader(out.written())))
        .isEqualTo(new Extent(1, 2));
  }

  @Test
  void shouldRefuseWhenRangeEndsPastSixtyThreeBits() throws MalformedMessageException {
    String edge = "0100000000000000 feffffffffffff7f";
    assertThat(FsctlBuffers.decodeQueryAllocatedRanges(reader(edge)))
        .isEqualTo(new Extent(1, Long.MAX_VALUE - 1));

    assertRefused(
        () -> FsctlBuffers.decodeQueryAllocatedRanges(reader("0100000000000000 ffffffffffffff7f")));
  }

  @Test
  void shouldKeepRangesWhenTheyAreTrimmed() throws MalformedMessageException {
    MessageWriter out = new MessageWriter();
    FsctlBuffers.encodeFileLevelTrim(TWO, out);

    assertThat(hex(out)).isEqualTo(compact("00000000 02000000" + TWO_RANGES));
    assertThat(FsctlBuffers.decodeFileLevelTrim(new MessageReader(out.written()))).isEqualTo(TWO);
  }

  @Test
  void shouldRefuseTrimWhenCountIsBeyondBufferOrLimit() throws MalformedMessageException {
    assertRefused(() -> FsctlBuffers.decodeFileLevelTrim(reader("00000000 03000000" + TWO_RANGES)));
    assertRefused(() -> FsctlBuffers.decodeFileLevelTrim(reader("00000000 ffffffff" + TWO_RANGES)));
    assertThat(FsctlBuffers.decodeFileLevelTrim(ranges(FsctlBuffers.RANGES_MAX)))
        .hasSize(FsctlBuffers.RANGES_MAX);
    assertRefused(() -> FsctlBuffers.decodeFileLevelTrim(ranges(FsctlBuffers.RANGES_MAX + 1)));
  }

  private static MessageReader ranges(int count) {
    MessageWriter out = new MessageWriter();
    FsctlBuffers.encodeFileLevelTrim(Collections.nCopies(count, new Extent(0, 1)), out);
    return new MessageReader(out.written());
  }

  private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(MalformedMessageException.class);
  }
}
