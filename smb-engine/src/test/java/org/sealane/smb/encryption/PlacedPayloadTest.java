package org.sealane.smb.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealane.smb.encryption.PublishedVectors.bytes;
import static org.sealane.smb.encryption.PublishedVectors.secret;
import static org.sealane.smb.encryption.SealedMessageTest.heap;
import static org.sealane.smb.encryption.SealedMessageTest.keys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.RdmaTransformId;

/** Payloads encrypted before they are placed. */
class PlacedPayloadTest {
  private static final long SESSION = 9;
  private static final int[] LENGTHS = {
    1, 15, 16, 17, 4096, 8191, 8192, 8193, 65_536, 65_537, 1 << 20
  };

  private final Arena arena = Arena.ofShared();

  @AfterEach
  void freeMemory() {
    arena.close();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private MemorySegment outside(byte[] bytes) {
    return arena.allocate(bytes.length).copyFrom(heap(bytes));
  }

  private static byte[] content(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  private static byte[] open(PayloadOpener opener, RdmaCryptoTransform how, MemorySegment from)
      throws KeyUnavailableException {
    byte[] plaintext = new byte[(int) from.byteSize()];
    assertThat(opener.open(how, from, heap(plaintext))).isTrue();
    return plaintext;
  }

  /** The ciphertext with the tag behind it, by other code, with nothing as associated data. */
  private static byte[] expected(CipherId cipher, byte[] nonce, byte[] plaintext) throws Exception {
    try (SessionSecret key =
        KeyDerivation.clientToServerKey(
            secret("smb311.sessionKey"),
            new KeyContext.Smb311(bytes("smb311.preauthHash")),
            cipher)) {
      byte[] keyBytes = key.use(byte[]::clone);
      if (!cipher.isGcm()) {
        return CcmReference.seal(keyBytes, nonce, new byte[0], plaintext);
      }
      Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
      gcm.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(keyBytes, "AES"),
          new GCMParameterSpec(128, nonce));
      return gcm.doFinal(plaintext);
    }
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldEncryptAsOtherCodeDoesWithNoAssociatedData(CipherId cipher) throws Exception {
    try (SessionKeys client = keys(cipher, Role.CLIENT, SESSION)) {
      for (int length : new int[] {1, 33, 8193, 20_000}) {
        byte[] plaintext = random(length);
        MemorySegment ciphertext = arena.allocate(length);

        RdmaCryptoTransform how = client.payloadSealer().seal(heap(plaintext), ciphertext);

        byte[] joined = Arrays.copyOf(content(ciphertext), length + 16);
        System.arraycopy(how.signature(), 0, joined, length, 16);
        assertThat(joined).isEqualTo(expected(cipher, how.nonce(), plaintext));
        assertThat(how.type()).isEqualTo(RdmaTransformId.ENCRYPTION);
        assertThat(how.nonce()).hasSize(cipher.nonceBytes());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldOpenAtThePeerFromAndToAnyMemoryInEitherDirection(CipherId cipher) throws Exception {
    try (SessionKeys client = keys(cipher, Role.CLIENT, SESSION);
        SessionKeys server = keys(cipher, Role.SERVER, SESSION)) {
      for (int length : LENGTHS) {
        byte[] plaintext = random(length);
        MemorySegment inHeap = heap(new byte[length]);
        MemorySegment outside = arena.allocate(length);

        RdmaCryptoTransform first = client.payloadSealer().seal(outside(plaintext), inHeap);
        RdmaCryptoTransform second = server.payloadSealer().seal(heap(plaintext), outside);

        assertThat(open(server.payloadOpener(), first, inHeap)).isEqualTo(plaintext);
        assertThat(open(client.payloadOpener(), second, outside)).isEqualTo(plaintext);
        if (length >= 16) {
          assertThat(content(outside)).isNotEqualTo(plaintext);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldRefuseAndGiveNothingWhenAnythingWasChanged(CipherId cipher) throws Exception {
    try (SessionKeys client = keys(cipher, Role.CLIENT, SESSION);
        SessionKeys server = keys(cipher, Role.SERVER, SESSION)) {
      byte[] sealed = new byte[100];
      RdmaCryptoTransform how = client.payloadSealer().seal(heap(random(100)), heap(sealed));

      for (int i = 0; i < sealed.length; i++) {
        byte[] changed = sealed.clone();
        changed[i] ^= 1;
        assertRefused(server.payloadOpener(), how, changed);
      }
      for (int i = 0; i < how.signature().length; i++) {
        byte[] tag = how.signature().clone();
        tag[i] ^= 1;
        assertRefused(
            server.payloadOpener(), new RdmaCryptoTransform(how.type(), tag, how.nonce()), sealed);
      }
      for (int i = 0; i < how.nonce().length; i++) {
        byte[] nonce = how.nonce().clone();
        nonce[i] ^= 1;
        assertRefused(
            server.payloadOpener(),
            new RdmaCryptoTransform(how.type(), how.signature(), nonce),
            sealed);
      }
      assertRefused(server.payloadOpener(), how, Arrays.copyOf(sealed, 99));
      assertRefused(client.payloadOpener(), how, sealed);
      assertThat(open(server.payloadOpener(), how, heap(sealed))).isEqualTo(random(100));
    }
  }

  private static void assertRefused(PayloadOpener opener, RdmaCryptoTransform how, byte[] sealed)
      throws KeyUnavailableException {
    byte[] plaintext = new byte[sealed.length];
    Arrays.fill(plaintext, (byte) 0x55);
    assertThat(opener.open(how, heap(sealed), heap(plaintext))).isFalse();
    assertThat(plaintext).containsOnly(0);
  }

  /** A right tag cut short would be right, if short ones were taken. */
  @ParameterizedTest
  @CsvSource({
    "AES_128_GCM, 15, 12, false",
    "AES_128_GCM, 8, 12, false",
    "AES_128_GCM, 0, 12, false",
    "AES_128_GCM, 17, 12, false",
    "AES_128_GCM, 16, 11, false",
    "AES_256_GCM, 16, 13, false",
    "AES_128_GCM, 16, 0, false",
    "AES_128_GCM, 16, 12, true",
    "AES_128_CCM, 16, 12, false",
    "AES_256_CCM, 4, 11, false",
    "AES_256_CCM, 16, 11, true"
  })
  void shouldTakeOnlyTagAndNonceOfFullLength(
      CipherId cipher, int tagLength, int nonceLength, boolean accepted) throws Exception {
    try (SessionKeys client = keys(cipher, Role.CLIENT, SESSION);
        SessionKeys server = keys(cipher, Role.SERVER, SESSION)) {
      byte[] sealed = new byte[40];
      RdmaCryptoTransform how = client.payloadSealer().seal(heap(random(40)), heap(sealed));
      RdmaCryptoTransform cut =
          new RdmaCryptoTransform(
              how.type(),
              Arrays.copyOf(how.signature(), tagLength),
              Arrays.copyOf(how.nonce(), nonceLength));

      assertThat(server.payloadOpener().accepts(cut)).isEqualTo(accepted);
      byte[] plaintext = new byte[40];
      assertThat(server.payloadOpener().open(cut, heap(sealed), heap(plaintext)))
          .isEqualTo(accepted);
    }
  }

  @Test
  void shouldRefuseWhenTransformIsASignature() throws Exception {
    try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION);
        SessionKeys server = keys(CipherId.AES_128_GCM, Role.SERVER, SESSION)) {
      byte[] sealed = new byte[40];
      RdmaCryptoTransform how = client.payloadSealer().seal(heap(random(40)), heap(sealed));

      assertRefused(
          server.payloadOpener(),
          new RdmaCryptoTransform(RdmaTransformId.SIGNING, how.signature(), how.nonce()),
          sealed);
    }
  }

  @Test
  void shouldThrowWhenLengthsDoNotFitOrNothingIsSealed() {
    try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION)) {
      PayloadSealer sealer = client.payloadSealer();
      assertThatThrownBy(() -> sealer.seal(heap(new byte[0]), heap(new byte[0])))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> sealer.seal(heap(new byte[4]), heap(new byte[5])))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(client.usage().sealedMessages()).isZero();
    }
  }

  @Test
  void shouldRefuseWorkWhenKeysAreClosed() throws Exception {
    SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION);
    PayloadSealer sealer = client.payloadSealer();
    client.close();

    assertThatThrownBy(() -> sealer.seal(heap(new byte[4]), heap(new byte[4])))
        .isInstanceOf(KeyUnavailableException.class);
  }

  @Test
  void shouldCountPayloadsTowardsTheKeysLimits() throws Exception {
    try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION);
        SessionKeys server = keys(CipherId.AES_128_GCM, Role.SERVER, SESSION)) {
      byte[] sealed = new byte[40];
      RdmaCryptoTransform how = client.payloadSealer().seal(heap(random(40)), heap(sealed));
      open(server.payloadOpener(), how, heap(sealed));

      assertThat(client.usage().sealedBytes()).isEqualTo(40);
      assertThat(client.sealer().nonces().messages()).isEqualTo(1);
      assertThat(server.usage().openedMessages()).isEqualTo(1);
      assertThat(server.usage().openedBytes()).isEqualTo(40);
      assertThat(HexFormat.of().formatHex(how.nonce())).isEqualTo("010000000000000000000000");
    }
  }
}
