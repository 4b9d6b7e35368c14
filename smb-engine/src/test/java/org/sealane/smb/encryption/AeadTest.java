package org.sealane.smb.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.negotiate.CipherId;

class AeadTest {
  private static final MemorySegment NO_DATA = MemorySegment.ofArray(new byte[0]);

  /** Lengths around the block, the JDK's parallel stride, the chunk and the longest payload. */
  static final int[] LENGTHS = {
    0,
    1,
    15,
    16,
    17,
    31,
    32,
    33,
    112,
    767,
    768,
    769,
    4096,
    65535,
    65536,
    65537,
    66000,
    131072,
    1 << 20,
    (1 << 20) + 112,
    8 << 20
  };

  private static byte[] hex(String value) {
    return HexFormat.of().parseHex(value);
  }

  private static MemorySegment heap(byte[] bytes) {
    return MemorySegment.ofArray(bytes);
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Opens with the tag in front or wherever it is, as a frame has it. */
  private static boolean open(
      Aead aead, byte[] nonce, byte[] aad, byte[] sealed, byte[] tag, byte[] out)
      throws KeyUnavailableException {
    return aead.open(Arrays.copyOf(nonce, 16), heap(aad), heap(sealed), 0, heap(tag), heap(out));
  }

  @ParameterizedTest
  // The test cases 4 and 16 of "The Galois/Counter Mode of Operation", McGrew and Viega; and 13,
  // without plaintext.
  @CsvSource({
    "feffe9928665731c6d6a8f9467308308, cafebabefacedbaddecaf888,"
        + " feedfacedeadbeeffeedfacedeadbeefabaddad2,"
        + " d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39,"
        + " 42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
        + "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091,"
        + " 5bc94fbc3221a5db94fae95ae7121a47",
    "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308, cafebabefacedbaddecaf888,"
        + " feedfacedeadbeeffeedfacedeadbeefabaddad2,"
        + " d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39,"
        + " 522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662,"
        + " 76fc6ece0f4e1768cddf8853bb2d551b",
    "0000000000000000000000000000000000000000000000000000000000000000, 000000000000000000000000,"
        + " '', '', '', 530f8afbc74536b9a963b4f1c4cb738b"
  })
  void shouldOpenThePublishedMessageWhenCipherIsGcm(
      String key, String nonce, String aad, String plaintext, String ciphertext, String tag)
      throws Exception {
    byte[] opened = new byte[plaintext.length() / 2];

    try (Aead aead = new GcmAead(new SessionSecret(hex(key)))) {
      assertThat(open(aead, hex(nonce), hex(aad), hex(ciphertext), hex(tag), opened)).isTrue();
    }

    assertThat(opened).isEqualTo(hex(plaintext));
  }

  @Test
  void shouldSealThePublishedMessageWhenNonceIsZero() throws Exception {
    byte[] ciphertext = new byte[16];
    byte[] tag = new byte[16];

    // Test case 2 of McGrew and Viega.
    try (Aead aead = new GcmAead(new SessionSecret(new byte[16]))) {
      aead.seal(0, NO_DATA, List.of(heap(new byte[16])), heap(ciphertext), heap(tag));
    }

    assertThat(ciphertext).isEqualTo(hex("0388dace60b6a392f328c2b971b2fe78"));
    assertThat(tag).isEqualTo(hex("ab6e47d42cec13bdf53a67b21257bddf"));
  }

  @ParameterizedTest
  // NIST CAVP, VNT192.rsp, [Nlen = 11], Tlen = 16: the only key length with SMB's nonce length
  // in those files.
  @CsvSource({
    "d3284d1de51559c1ddbfe6, 21214ac2314fdfe07bc4d066245a97b1a10470df2a6d6b926cdcbff07f5b61ef,"
        + " 88a5c1c2ae4eb463a3283dc5c81f665b0f6d54495f6cc9d43aa8ee179d3950f8,"
        + " 65ed1e3919d208e9e5267370b9cf9b1431ef0c584dd2cf057d243a03523ca756,"
        + " 2a18840cac2199030c008741d74fb220",
    "50f7d182a3d5f0388465e4, 6389bbe519992fd98a97842ecc4d2b2569328c10bd3d93c09ffb6b4044e089c4,"
        + " 68e9cca19882c4b0c817d0645a97f74016b3f0ac133829eadb9c0e4bcad687a3,"
        + " 72836a9a3c196e6c6e49b9a7808297d1bc2f0f02f018bb5418a4264215a9cadf,"
        + " 691d71c18798554efcc028599a7d1e21",
    "4535bcd6693c8afd857a5e, 8e5018061b35089881ef5970d886fc8ac267c0499ec12404fe3069c15b99ec40,"
        + " 231291a36b06914eadbc393884b610a1c6becb33fe8567d01d8b748e6c3eb400,"
        + " e55487389e1ab4c99a7145e1fa5237f9d803117e01890c3e3c54a14d6e3bbe68,"
        + " bb7b0ea88d8ddffb0ea9ee2b75872d1c"
  })
  void shouldOpenThePublishedMessageWhenCipherIsCcm(
      String nonce, String aad, String plaintext, String ciphertext, String tag) throws Exception {
    byte[] key = hex("7a182e4e3367194662d614bb11da11e86596f724204f48ff");
    byte[] opened = new byte[plaintext.length() / 2];

    try (Aead aead = new CcmAead(new SessionSecret(key.clone()))) {
      assertThat(open(aead, hex(nonce), hex(aad), hex(ciphertext), hex(tag), opened)).isTrue();
    }

    assertThat(opened).isEqualTo(hex(plaintext));
    // The same shows that the reference below is right.
    assertThat(CcmReference.seal(key, hex(nonce), hex(aad), hex(plaintext)))
        .isEqualTo(hex(ciphertext + tag));
  }

  @ParameterizedTest
  @EnumSource(
      value = CipherId.class,
      names = {"AES_128_CCM", "AES_256_CCM"})
  void shouldSealAsTheReferenceWhenCipherIsCcm(CipherId cipher) throws Exception {
    byte[] key = random(cipher.keyBytes(), 1);
    byte[] aad = random(32, 2);
    byte[] nonce = {9, 8, 7, 6, 5, 4, 3, 2, 0, 0, 0};
    try (Aead aead = Aead.of(cipher, new SessionSecret(key.clone()))) {
      for (int length : new int[] {1, 15, 16, 17, 112, 1000, 65537}) {
        byte[] plaintext = random(length, length);
        byte[] ciphertext = new byte[length];
        byte[] tag = new byte[16];

        aead.seal(
            0x0203_0405_0607_0809L,
            heap(aad),
            List.of(heap(plaintext)),
            heap(ciphertext),
            heap(tag));

        byte[] expected = CcmReference.seal(key, nonce, aad, plaintext);
        assertThat(ciphertext).as("%d bytes", length).isEqualTo(Arrays.copyOf(expected, length));
        assertThat(tag).isEqualTo(Arrays.copyOfRange(expected, length, length + 16));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldOpenWhatItSealedWhenLengthIsAny(CipherId cipher) throws Exception {
    byte[] key = random(cipher.keyBytes(), 3);
    byte[] aad = random(32, 4);
    try (Aead sealing = Aead.of(cipher, new SessionSecret(key.clone()));
        Aead opening = Aead.of(cipher, new SessionSecret(key.clone()))) {
      for (int length : LENGTHS) {
        byte[] plaintext = random(length, length);
        byte[] ciphertext = new byte[length + 16];
        byte[] tag = new byte[16];
        byte[] opened = new byte[length];
        byte[] nonce = new byte[16];
        Aead.writeNonce(length, nonce);

        sealing.seal(
            length,
            heap(aad),
            List.of(heap(plaintext)),
            heap(ciphertext).asSlice(0, length),
            heap(tag));

        for (int spare : new int[] {0, 15, 16}) {
          Arrays.fill(opened, (byte) 0);
          assertThat(
                  opening.open(
                      nonce,
                      heap(aad),
                      heap(ciphertext).asSlice(0, length),
                      spare,
                      heap(tag),
                      heap(opened)))
              .as("%d bytes, %d spare", length, spare)
              .isTrue();
          assertThat(Arrays.equals(opened, plaintext)).isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldSealTheSameWhenPlaintextIsInManySegments(CipherId cipher) throws Exception {
    Random lengths = new Random(5);
    byte[] plaintext = random(300_000, 6);
    byte[] whole = new byte[plaintext.length];
    byte[] wholeTag = new byte[16];
    try (Aead aead = Aead.of(cipher, new SessionSecret(random(cipher.keyBytes(), 7)));
        Arena arena = Arena.ofConfined()) {
      aead.seal(1, NO_DATA, List.of(heap(plaintext)), heap(whole), heap(wholeTag));
      for (int round = 0; round < 20; round++) {
        List<MemorySegment> parts = split(plaintext, lengths, arena);
        byte[] out = new byte[plaintext.length];
        byte[] tag = new byte[16];
        // Another nonce between, as the JDK's cipher refuses one twice in a row.
        aead.seal(2, NO_DATA, List.of(), NO_DATA, heap(new byte[16]));

        aead.seal(1, NO_DATA, parts, heap(out), heap(tag));

        assertThat(Arrays.equals(out, whole)).as("round %d", round).isTrue();
        assertThat(tag).isEqualTo(wholeTag);
      }
    }
  }

  /** Cuts the bytes into heap, read-only and native segments, empty ones among them. */
  private static List<MemorySegment> split(byte[] bytes, Random random, Arena arena) {
    List<MemorySegment> parts = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      int length = Math.min(random.nextInt(100_000) >>> random.nextInt(17), bytes.length - at);
      MemorySegment part = heap(bytes).asSlice(at, length);
      parts.add(
          switch (random.nextInt(3)) {
            case 0 -> part;
            case 1 -> part.asReadOnly();
            default -> arena.allocate(Math.max(length, 1)).asSlice(0, length).copyFrom(part);
          });
      at += length;
    }
    return parts;
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldSealInPlaceWhenPlaintextLiesInTheOutput(CipherId cipher) throws Exception {
    byte[] plaintext = random(70_000, 8);
    byte[] apart = new byte[plaintext.length];
    byte[] array = new byte[plaintext.length + 100];
    byte[] tag = new byte[16];
    MemorySegment inPlace = heap(array).asSlice(52, plaintext.length);
    try (Aead aead = Aead.of(cipher, new SessionSecret(random(cipher.keyBytes(), 9)))) {
      aead.seal(1, NO_DATA, List.of(heap(plaintext)), heap(apart), heap(tag));
      aead.seal(2, NO_DATA, List.of(), NO_DATA, heap(new byte[16]));
      byte[] tagInPlace = new byte[16];
      inPlace.copyFrom(heap(plaintext));

      // A header of 87 bytes apart, the payload where it will stand.
      aead.seal(
          1,
          NO_DATA,
          List.of(heap(plaintext).asSlice(0, 87), inPlace.asSlice(87)),
          inPlace,
          heap(tagInPlace));

      assertThat(inPlace.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(apart);
      assertThat(tagInPlace).isEqualTo(tag);
    }
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldLeaveOnlyZerosWhenTagIsWrong(CipherId cipher) throws Exception {
    byte[] key = random(cipher.keyBytes(), 10);
    byte[] ciphertext = new byte[100_016];
    byte[] tag = new byte[16];
    byte[] nonce = new byte[16];
    Aead.writeNonce(1, nonce);
    try (Aead aead = Aead.of(cipher, new SessionSecret(key.clone()));
        Aead opening = Aead.of(cipher, new SessionSecret(key.clone()))) {
      MemorySegment out = heap(ciphertext).asSlice(0, 100_000);
      aead.seal(1, NO_DATA, List.of(heap(random(100_000, 11))), out, heap(tag));
      tag[15] ^= 1;

      for (int spare : new int[] {0, 16}) {
        byte[] opened = random(100_010, 12);
        boolean verified =
            opening.open(nonce, NO_DATA, out, spare, heap(tag), heap(opened).asSlice(5, 100_000));

        assertThat(verified).isFalse();
        assertThat(Arrays.equals(Arrays.copyOfRange(opened, 5, 100_005), new byte[100_000]))
            .isTrue();
        // Nothing beyond was touched.
        assertThat(opened[4]).isEqualTo(random(100_010, 12)[4]);
        assertThat(opened[100_005]).isEqualTo(random(100_010, 12)[100_005]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldOpenWhenCiphertextIsNative(CipherId cipher) throws Exception {
    byte[] key = random(cipher.keyBytes(), 13);
    byte[] plaintext = random(70_001, 14);
    byte[] ciphertext = new byte[plaintext.length];
    byte[] tag = new byte[16];
    byte[] nonce = new byte[16];
    Aead.writeNonce(1, nonce);
    try (Aead aead = Aead.of(cipher, new SessionSecret(key.clone()));
        Aead opening = Aead.of(cipher, new SessionSecret(key.clone()));
        Arena arena = Arena.ofConfined()) {
      aead.seal(1, NO_DATA, List.of(heap(plaintext)), heap(ciphertext), heap(tag));
      MemorySegment placed = arena.allocate(ciphertext.length).copyFrom(heap(ciphertext));
      MemorySegment placedTag = arena.allocate(16).copyFrom(heap(tag));
      byte[] opened = new byte[plaintext.length];

      // Spare bytes do not count outside the heap.
      assertThat(opening.open(nonce, NO_DATA, placed, 16, placedTag, heap(opened))).isTrue();

      assertThat(opened).isEqualTo(plaintext);
    }
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldZeroTheKeyAndRefuseWhenClosed(CipherId cipher) throws Exception {
    byte[] key = random(cipher.keyBytes(), 15);
    Aead aead = Aead.of(cipher, new SessionSecret(key));
    byte[] tag = new byte[16];
    aead.seal(1, NO_DATA, List.of(heap(new byte[1])), heap(new byte[1]), heap(tag));

    aead.close();

    assertThat(key).containsOnly(0);
    assertThatThrownBy(
            () -> aead.seal(2, NO_DATA, List.of(heap(tag)), heap(new byte[16]), heap(tag)))
        .isInstanceOf(KeyUnavailableException.class);
    assertThatThrownBy(() -> aead.open(tag, NO_DATA, heap(tag), 0, heap(tag), heap(new byte[16])))
        .isInstanceOf(KeyUnavailableException.class);
  }

  @Test
  void shouldRefuseWhenKeyHasAnotherLength() {
    assertThatThrownBy(() -> Aead.of(CipherId.AES_256_GCM, new SessionSecret(new byte[16])))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
