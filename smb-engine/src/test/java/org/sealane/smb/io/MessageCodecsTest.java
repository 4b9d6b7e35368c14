package org.sealane.smb.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.Smb2Header;

/** What holds for the codec of every message on opens. */
class MessageCodecsTest {
  static List<Specimen<?>> specimens() {
    return Specimen.ALL;
  }

  @ParameterizedTest
  @MethodSource("specimens")
  void shouldGiveSameBytesWhenGoldenMessageIsDecodedAndEncoded(Specimen<?> specimen)
      throws MalformedMessageException {
    byte[] golden = GoldenMessage.bytes(specimen.golden());

    assertThat(specimen.rewritten(golden)).asHexString().isEqualTo(hex(golden));
  }

  @ParameterizedTest
  @MethodSource("specimens")
  void shouldRefuseEveryTruncation(Specimen<?> specimen) {
    byte[] golden = GoldenMessage.bytes(specimen.golden());

    for (int length = 0; length < golden.length - specimen.optionalTailBytes(); length++) {
      byte[] cut = Arrays.copyOf(golden, length);
      assertThatThrownBy(() -> specimen.decoder().decode(GoldenMessage.reader(cut)))
          .as("%s cut to %d of %d", specimen, length, golden.length)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  /** No single wrong bit of a body leads anywhere but to a refusal or another message. */
  @ParameterizedTest
  @MethodSource("specimens")
  void shouldRefuseOrDecodeWhenAnyBitIsFlipped(Specimen<?> specimen) {
    byte[] golden = GoldenMessage.bytes(specimen.golden());

    for (int bit = Smb2Header.LENGTH * 8; bit < golden.length * 8; bit++) {
      byte[] flipped = golden.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        specimen.decoder().decode(GoldenMessage.reader(flipped));
      } catch (MalformedMessageException e) {
        assertThat(e.field()).isNotBlank();
      } catch (RuntimeException e) {
        fail("%s with bit %d flipped".formatted(specimen, bit), e);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("specimens")
  void shouldRefuseWhenStructureSizeIsWrong(Specimen<?> specimen) {
    byte[] golden = GoldenMessage.bytes(specimen.golden());
    golden[Smb2Header.LENGTH]++;

    assertThatThrownBy(() -> specimen.decoder().decode(GoldenMessage.reader(golden)))
        .isInstanceOfSatisfying(
            MalformedMessageException.class, e -> assertThat(e.field()).isEqualTo("StructureSize"));
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().withUpperCase().formatHex(bytes);
  }
}
