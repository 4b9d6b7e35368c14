package org.sealane.smb.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

class TransformHeaderCodecTest {
  private static final byte[] SEALED = PublishedVectors.bytes("smb311.sealedRequest");

  private static TransformHeader decode(byte[] frame) throws MalformedMessageException {
    return TransformHeaderCodec.decode(new MessageReader(MemorySegment.ofArray(frame)));
  }

  @Test
  void shouldReadEveryFieldWhenMessageIsThePublishedOne() throws Exception {
    TransformHeader header = decode(SEALED);

    assertThat(header.signature())
        .isEqualTo(HexFormat.of().parseHex("bd73d97d2bc9001bcafac0fdff5feebc"));
    assertThat(header.nonce())
        .isEqualTo(HexFormat.of().parseHex("c7d6822d269caf48904c664c00000000"));
    assertThat(header.originalMessageSize()).isEqualTo(0x87);
    assertThat(header.flags()).isEqualTo(TransformHeader.FLAG_ENCRYPTED);
    assertThat(header.sessionId()).isEqualTo(0x1000_0000_0025L);
  }

  @Test
  void shouldWriteTheSameBytesWhenHeaderWasRead() throws Exception {
    MessageWriter out = new MessageWriter();

    TransformHeaderCodec.encode(decode(SEALED), out);

    assertThat(out.written().toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo(Arrays.copyOf(SEALED, TransformHeader.LENGTH));
  }

  @Test
  void shouldRefuseWhenMessageIsCutAnywhere() {
    for (int length = 0; length < SEALED.length; length++) {
      byte[] cut = Arrays.copyOf(SEALED, length);
      assertThatThrownBy(() -> decode(cut))
          .as("%d bytes", length)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void shouldRefuseWhenBytesFollowTheMessage() {
    assertThatThrownBy(() -> decode(Arrays.copyOf(SEALED, SEALED.length + 1)))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("OriginalMessageSize");
  }

  @ParameterizedTest
  @CsvSource({"0, FE, ProtocolId", "42, 00, Flags", "42, 02, Flags", "43, 01, Flags"})
  void shouldRefuseWhenFieldIsWrong(int offset, String value, String field) {
    byte[] wrong = SEALED.clone();
    wrong[offset] = (byte) Integer.parseInt(value, 16);

    assertThatThrownBy(() -> decode(wrong))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining(field);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 0x86, 0x88, 0x7FFF_FFFF, 0x8000_0087, 0xFFFF_FFFF})
  void shouldRefuseWhenSizeIsNotTheFrames(int size) {
    byte[] wrong = SEALED.clone();
    for (int i = 0; i < 4; i++) {
      wrong[36 + i] = (byte) (size >>> (8 * i));
    }

    assertThatThrownBy(() -> decode(wrong))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("OriginalMessageSize");
  }

  @Test
  void shouldShowNoTagOrNonceWhenPrinted() throws Exception {
    assertThat(decode(SEALED).toString())
        .contains("0x0000100000000025")
        .doesNotContainIgnoringCase("bd73")
        .doesNotContainIgnoringCase("c7d6");
  }
}
