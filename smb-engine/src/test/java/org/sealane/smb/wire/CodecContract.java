package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/**
 * What every message's codec must do. A message's test implements it and adds what the fields of
 * the golden bytes mean.
 */
public interface CodecContract<T> {
  TestedCodec<T> codec();

  /** The hex file beside the test that has one canonical message, header included. */
  String goldenFile();

  /**
   * Every prefix of the golden message below this many bytes is refused. It is the golden message's
   * length, except that bytes nobody reads may be missing.
   */
  int shortestAcceptedBytes();

  default byte[] golden() {
    return Bytes.golden(getClass(), goldenFile());
  }

  @Test
  default void shouldReproduceTheGoldenBytesWhenDecodedAndEncoded() throws Exception {
    byte[] golden = golden();
    Smb2Header header = Smb2HeaderCodec.decode(new MessageReader(MemorySegment.ofArray(golden)));
    T message = codec().decode(golden);
    assertThat(codec().encode(header, message)).asHexString().isEqualTo(hex(golden));
  }

  @Test
  default void shouldRefuseEveryPrefixWhenAFieldThatIsReadIsCutOff() {
    byte[] golden = golden();
    assertThat(shortestAcceptedBytes()).isBetween(Smb2Header.LENGTH, golden.length);
    for (int length = 0; length < golden.length; length++) {
      byte[] prefix = Arrays.copyOf(golden, length);
      if (length < shortestAcceptedBytes()) {
        assertThatExceptionOfType(MalformedMessageException.class)
            .as("prefix of %d bytes", length)
            .isThrownBy(() -> codec().decode(prefix));
      } else {
        assertThatCode(() -> codec().decode(prefix))
            .as("prefix of %d bytes", length)
            .doesNotThrowAnyException();
      }
    }
  }

  @Test
  default void shouldThrowNothingButMalformedWhenAnyBitOrByteIsChanged() {
    byte[] golden = golden();
    for (int i = 0; i < golden.length; i++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] flipped = golden.clone();
        flipped[i] ^= (byte) (1 << bit);
        CodecFuzz.check(codec(), flipped);
      }
      byte[] extreme = golden.clone();
      extreme[i] = (byte) 0xFF;
      CodecFuzz.check(codec(), extreme);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes);
  }
}
