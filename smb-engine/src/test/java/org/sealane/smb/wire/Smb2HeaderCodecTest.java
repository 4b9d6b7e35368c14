package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class Smb2HeaderCodecTest {
  private static final byte[] GOLDEN = Bytes.golden(Smb2HeaderCodecTest.class, "Smb2Header.hex");

  static Smb2Header decode(byte[] message) throws MalformedMessageException {
    return Smb2HeaderCodec.decode(new MessageReader(MemorySegment.ofArray(message)));
  }

  static byte[] encode(Smb2Header header) {
    MessageWriter out = new MessageWriter();
    Smb2HeaderCodec.encode(header, out);
    return Bytes.of(out.written());
  }

  @Test
  void shouldReadEveryFieldWhenHeaderIsGolden() throws Exception {
    assertThat(decode(GOLDEN))
        .isEqualTo(
            new Smb2Header(
                128,
                NtStatus.ACCESS_DENIED,
                Command.READ.code(),
                513,
                HeaderFlags.SERVER_TO_REDIR | HeaderFlags.SIGNED | HeaderFlags.DFS_OPERATIONS,
                0x0102_0304,
                0x0102_0304_0506_0708L,
                Smb2Header.treeField(0x1112_1314),
                0x2122_2324_2526_2728L));
    assertThat(decode(GOLDEN).treeId()).isEqualTo(0x1112_1314);
    assertThat(decode(GOLDEN).isResponse()).isTrue();
    assertThat(decode(GOLDEN).isAsync()).isFalse();
  }

  @Test
  void shouldReproduceAllButTheSignatureWhenEncoded() throws Exception {
    byte[] unsigned = GOLDEN.clone();
    Arrays.fill(unsigned, Smb2Header.SIGNATURE_OFFSET, Smb2Header.LENGTH, (byte) 0);

    assertThat(encode(decode(GOLDEN))).isEqualTo(unsigned);
  }

  @Test
  void shouldRefuseEveryPrefixWhenHeaderIsCutOff() {
    for (int length = 0; length < GOLDEN.length; length++) {
      byte[] prefix = Arrays.copyOf(GOLDEN, length);
      assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> decode(prefix));
    }
  }

  @Test
  void shouldRefuseWhenProtocolIdOrStructureSizeIsAnother() {
    for (int i = 0; i < 6; i++) {
      byte[] changed = GOLDEN.clone();
      changed[i] ^= 1;
      String field = i < 4 ? "ProtocolId" : "StructureSize";
      assertThatExceptionOfType(MalformedMessageException.class)
          .isThrownBy(() -> decode(changed))
          .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }
  }

  @Test
  void shouldSurviveWhenAnyBitIsFlipped() throws Exception {
    for (int bit = 6 * Byte.SIZE; bit < Smb2Header.SIGNATURE_OFFSET * Byte.SIZE; bit++) {
      byte[] flipped = GOLDEN.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      byte[] encoded = encode(decode(flipped));
      assertThat(Arrays.copyOf(encoded, Smb2Header.SIGNATURE_OFFSET))
          .isEqualTo(Arrays.copyOf(flipped, Smb2Header.SIGNATURE_OFFSET));
    }
  }
}
