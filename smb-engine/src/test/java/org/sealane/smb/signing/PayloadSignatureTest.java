package org.sealane.smb.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/** Payloads signed before they are placed. */
class PayloadSignatureTest {
  private static final byte[] KEY = random(16);

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static MessageSigner signer(SigningAlgorithm algorithm, Role role) {
    return MessageSigner.of(algorithm, new SessionSecret(KEY.clone()), role);
  }

  private static MemorySegment heap(byte[] bytes) {
    return MemorySegment.ofArray(bytes);
  }

  /** The signature by other code, over the payload and nothing else. */
  private static byte[] expected(SigningAlgorithm algorithm, byte[] nonce, byte[] payload)
      throws Exception {
    return switch (algorithm) {
      case HMAC_SHA256 -> {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        yield Arrays.copyOf(mac.doFinal(payload), 16);
      }
      case AES_CMAC -> {
        CMac mac = new CMac(AESEngine.newInstance());
        mac.init(new KeyParameter(KEY));
        mac.update(payload, 0, payload.length);
        byte[] tag = new byte[16];
        mac.doFinal(tag, 0);
        yield tag;
      }
      case AES_GMAC -> {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
            Cipher.ENCRYPT_MODE, new SecretKeySpec(KEY, "AES"), new GCMParameterSpec(128, nonce));
        cipher.updateAAD(payload);
        yield cipher.doFinal();
      }
    };
  }

  @ParameterizedTest
  @EnumSource(SigningAlgorithm.class)
  void shouldSignAsOtherCodeDoesAndVerifyAtThePeer(SigningAlgorithm algorithm) throws Exception {
    try (MessageSigner client = signer(algorithm, Role.CLIENT);
        MessageSigner server = signer(algorithm, Role.SERVER);
        Arena arena = Arena.ofConfined()) {
      for (int length : new int[] {1, 16, 17, 16_384, 16_385, 1 << 20}) {
        byte[] payload = random(length);
        MemorySegment outside = arena.allocate(length).copyFrom(heap(payload));

        RdmaCryptoTransform written = client.signPayload(outside);
        RdmaCryptoTransform read = server.signPayload(heap(payload));

        assertThat(written.signature()).isEqualTo(expected(algorithm, written.nonce(), payload));
        assertThat(written.nonce()).hasSize(algorithm == SigningAlgorithm.AES_GMAC ? 12 : 0);
        assertThat(server.verifyPayload(written, heap(payload))).isTrue();
        assertThat(client.verifyPayload(read, outside)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SigningAlgorithm.class)
  void shouldRefuseWhenAnythingWasChanged(SigningAlgorithm algorithm) throws Exception {
    try (MessageSigner client = signer(algorithm, Role.CLIENT);
        MessageSigner server = signer(algorithm, Role.SERVER)) {
      byte[] payload = random(70);
      RdmaCryptoTransform how = client.signPayload(heap(payload));

      for (int i = 0; i < payload.length; i++) {
        byte[] changed = payload.clone();
        changed[i] ^= 1;
        assertThat(server.verifyPayload(how, heap(changed))).isFalse();
      }
      for (int i = 0; i < how.signature().length; i++) {
        byte[] signature = how.signature().clone();
        signature[i] ^= 1;
        assertThat(
                server.verifyPayload(
                    new RdmaCryptoTransform(how.type(), signature, how.nonce()), heap(payload)))
            .isFalse();
      }
      for (int i = 0; i < how.nonce().length; i++) {
        byte[] nonce = how.nonce().clone();
        nonce[i] ^= 1;
        assertThat(
                server.verifyPayload(
                    new RdmaCryptoTransform(how.type(), how.signature(), nonce), heap(payload)))
            .isFalse();
      }
      assertThat(server.messages()).isZero();
      assertThat(
              server.verifyPayload(
                  new RdmaCryptoTransform(RdmaTransformId.ENCRYPTION, how.signature(), how.nonce()),
                  heap(payload)))
          .isFalse();
      assertThat(server.verifyPayload(how, heap(payload))).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "AES_GMAC, 16, 12, true",
    "AES_GMAC, 15, 12, false",
    "AES_GMAC, 16, 11, false",
    "AES_GMAC, 16, 0, false",
    "AES_CMAC, 16, 0, true",
    "AES_CMAC, 16, 12, false",
    "AES_CMAC, 8, 0, false",
    "AES_CMAC, 0, 0, false",
    "HMAC_SHA256, 16, 0, true",
    "HMAC_SHA256, 17, 0, false",
    "HMAC_SHA256, 1, 0, false"
  })
  void shouldTakeOnlySignatureAndNonceOfFullLength(
      SigningAlgorithm algorithm, int signatureLength, int nonceLength, boolean accepted)
      throws Exception {
    try (MessageSigner client = signer(algorithm, Role.CLIENT);
        MessageSigner server = signer(algorithm, Role.SERVER)) {
      byte[] payload = random(70);
      RdmaCryptoTransform how = client.signPayload(heap(payload));
      RdmaCryptoTransform cut =
          new RdmaCryptoTransform(
              how.type(),
              Arrays.copyOf(how.signature(), signatureLength),
              Arrays.copyOf(how.nonce(), nonceLength));

      assertThat(server.acceptsPayload(cut)).isEqualTo(accepted);
      assertThat(server.verifyPayload(cut, heap(payload))).isEqualTo(accepted);
    }
  }

  /** Header nonces use only the two lowest bits of the last word. */
  @Test
  void shouldTakeGmacNoncesThatNoHeaderAndNotTheOtherRoleHas() throws Exception {
    try (MessageSigner client = signer(SigningAlgorithm.AES_GMAC, Role.CLIENT);
        MessageSigner server = signer(SigningAlgorithm.AES_GMAC, Role.SERVER)) {
      for (int i = 1; i <= 3; i++) {
        byte[] written = client.signPayload(heap(random(5))).nonce();
        byte[] read = server.signPayload(heap(random(5))).nonce();

        byte count = (byte) i;
        assertThat(written)
            .isEqualTo(new byte[] {count, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0x80});
        assertThat(read).isEqualTo(new byte[] {count, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, (byte) 0x80});
      }
    }
  }
}
