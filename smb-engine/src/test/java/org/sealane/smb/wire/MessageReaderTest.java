package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageReaderTest {
  private static final byte[] BYTES = Bytes.ofHex("FF FE FD FC FB FA F9 F8 01 02");
  private static final MessageReader IN = new MessageReader(MemorySegment.ofArray(BYTES));

  @Test
  void shouldReadLittleEndianAndUnsignedWhenFieldIsInside() throws Exception {
    assertThat(IN.u8("f", 0)).isEqualTo(0xFF);
    assertThat(IN.u16("f", 1)).isEqualTo(0xFDFE);
    assertThat(IN.i32("f", 1)).isEqualTo(0xFBFC_FDFE);
    assertThat(IN.u32("f", 1)).isEqualTo(0xFBFC_FDFEL);
    assertThat(IN.i64("f", 2)).isEqualTo(0x0201_F8F9_FAFB_FCFDL);
    assertThat(IN.bytes("f", 8, 2)).containsExactly(1, 2);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 10, true",
    "10, 0, true",
    "9, 1, true",
    "9, 2, false",
    "10, 1, false",
    "11, 0, false",
    "0, 11, false",
    "-1, 1, false",
    "0, -1, false",
    "9223372036854775807, 1, false",
    "1, 9223372036854775807, false",
    "4294967295, 4294967295, false",
    "-9223372036854775808, 0, false",
  })
  void shouldRequireThatFieldLiesInsideWhenOffsetsAreExtreme(
      long offset, long length, boolean inside) {
    if (inside) {
      assertThatCode(() -> IN.require("f", offset, length)).doesNotThrowAnyException();
    } else {
      assertThatExceptionOfType(MalformedMessageException.class)
          .isThrownBy(() -> IN.require("f", offset, length))
          .satisfies(e -> assertThat(e.offset()).isEqualTo(offset));
    }
  }

  @Test
  void shouldRefuseTheLastFieldWhenItIsCutOff() {
    assertMalformed(() -> IN.u8("f", 10));
    assertMalformed(() -> IN.u16("f", 9));
    assertMalformed(() -> IN.i32("f", 7));
    assertMalformed(() -> IN.i64("f", 3));
    assertMalformed(() -> IN.guid("f", 0));
    assertMalformed(() -> IN.bytes("f", 9, 2));
  }

  @Test
  void shouldCheckTheVariablePartWhenOffsetComesFromThePeer() throws Exception {
    assertThat(IN.variableBytes("f", 8, 2, 8)).containsExactly(1, 2);
    assertThat(IN.variableBytes("f", 0, 0, 8)).isEmpty();
    assertThat(IN.variable("f", 4_000_000_000L, 0, 8).byteSize()).isZero();
    assertThat(IN.variableUtf16("f", 0, 0, 8)).isEmpty();
    assertMalformed(() -> IN.variable("f", 7, 1, 8));
    assertMalformed(() -> IN.variable("f", 9, 2, 8));
    assertMalformed(() -> IN.variableUtf16("f", 8, 1, 8));
  }

  @Test
  void shouldReadAndWriteAGuidWhenItsPartsAreMixedEndian() throws Exception {
    UUID guid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    MemorySegment written = new MessageWriter().guid(1, guid).written();

    assertThat(Bytes.of(written)).asHexString().isEqualTo("0033221100554477668899AABBCCDDEEFF");
    assertThat(new MessageReader(written).guid("f", 1)).isEqualTo(guid);
  }

  @Test
  void shouldRefuseTextWhenItIsNotUtf16() throws Exception {
    MessageReader paired = new MessageReader(MemorySegment.ofArray(Bytes.ofHex("3DD800DE")));
    assertThat(paired.utf16("f", 0, 4)).isEqualTo("\uD83D\uDE00");
    assertMalformed(() -> paired.utf16("f", 0, 2));
    assertMalformed(() -> paired.utf16("f", 2, 2));
    assertMalformed(() -> paired.utf16("f", 0, 3));
  }

  @Test
  void shouldGrowWithZerosWhenWrittenBeyondItsEnd() {
    MessageWriter out = new MessageWriter();
    out.u16(1000, 0xABCD).u8(0, 1);

    assertThat(out.length()).isEqualTo(1002);
    assertThat(out.alignTo(8)).isEqualTo(1008);
    assertThat(out.alignTo(8)).isEqualTo(1008);
    byte[] written = Bytes.of(out.written());
    assertThat(written).hasSize(1008).startsWith(1, 0, 0).endsWith(0, 0, 0, 0, 0, 0);
    assertThat(written[1001]).isEqualTo((byte) 0xAB);
  }

  @Test
  void shouldRefuseToWriteWhenValueDoesNotFit() {
    assertThatIllegalArgumentException().isThrownBy(() -> new MessageWriter().u16(0, 0x1_0000));
    assertThatIllegalArgumentException().isThrownBy(() -> new MessageWriter().u16(0, -1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MessageWriter().u32(0, 0x1_0000_0000L));
    assertThatIllegalArgumentException().isThrownBy(() -> new MessageWriter().u32(0, -1));
  }

  private static void assertMalformed(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(call);
  }
}
