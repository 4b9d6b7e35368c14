package org.sealane.smb.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sealane.smb.wire.CodecFuzz;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.Smb2HeaderCodec;

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

    assertThat(rewritten(specimen, golden))
        .asHexString()
        .isEqualTo(HexFormat.of().withUpperCase().formatHex(golden));
  }

  private static <T> byte[] rewritten(Specimen<T> specimen, byte[] golden)
      throws MalformedMessageException {
    Smb2Header header = Smb2HeaderCodec.decode(GoldenMessage.reader(golden));
    return specimen.codec().encode(header, specimen.codec().decode(golden));
  }

  @ParameterizedTest
  @MethodSource("specimens")
  void shouldRefuseEveryTruncation(Specimen<?> specimen) {
    byte[] golden = GoldenMessage.bytes(specimen.golden());

    for (int length = 0; length < golden.length - specimen.optionalTailBytes(); length++) {
      byte[] cut = Arrays.copyOf(golden, length);
      assertThatThrownBy(() -> specimen.codec().decode(cut))
          .as("%s cut to %d of %d", specimen, length, golden.length)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("specimens")
  void shouldThrowNothingButMalformedWhenAnyBitIsFlipped(Specimen<?> specimen) {
    byte[] golden = GoldenMessage.bytes(specimen.golden());

    for (int bit = Smb2Header.LENGTH * Byte.SIZE; bit < golden.length * Byte.SIZE; bit++) {
      byte[] flipped = golden.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      CodecFuzz.check(specimen.codec(), flipped);
    }
  }

  @ParameterizedTest
  @MethodSource("specimens")
  void shouldRefuseWhenStructureSizeIsWrong(Specimen<?> specimen) {
    byte[] golden = GoldenMessage.bytes(specimen.golden());
    golden[Smb2Header.LENGTH]++;

    assertThatThrownBy(() -> specimen.codec().decode(golden))
        .isInstanceOfSatisfying(
            MalformedMessageException.class, e -> assertThat(e.field()).isEqualTo("StructureSize"));
  }
}
