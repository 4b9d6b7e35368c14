package org.sealane.smb.encryption;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealane.smb.encryption.PublishedVectors.bytes;
import static org.sealane.smb.encryption.PublishedVectors.secret;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.negotiate.CipherId;

class KeyDerivationTest {
  private static final KeyContext SMB30 = new KeyContext.Smb30();

  private static byte[] content(SessionSecret secret) {
    return secret.use(byte[]::clone);
  }

  private static KeyContext bound(String name) {
    return new KeyContext.Smb311(bytes(name));
  }

  private static byte[] hmac(byte[] key, byte[]... parts) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  private static byte[] counting(int length) {
    byte[] key = new byte[length];
    for (int i = 0; i < length; i++) {
      key[i] = (byte) (i + 1);
    }
    return key;
  }

  @Test
  void shouldDeriveThePublishedKeysWhenDialectIs30() {
    SessionSecret secret = secret("keys30.sessionKey");

    assertThat(content(KeyDerivation.signingKey(secret, SMB30)))
        .isEqualTo(bytes("keys30.signingKey"));
    assertThat(content(KeyDerivation.clientToServerKey(secret, SMB30, CipherId.AES_128_CCM)))
        .isEqualTo(bytes("keys30.encryptionKey"));
    assertThat(content(KeyDerivation.serverToClientKey(secret, SMB30, CipherId.AES_128_CCM)))
        .isEqualTo(bytes("keys30.decryptionKey"));
    assertThat(content(KeyDerivation.applicationKey(secret, SMB30)))
        .isEqualTo(bytes("keys30.applicationKey"));
  }

  @Test
  void shouldDeriveThePublishedKeysWhenDialectIs311() {
    SessionSecret secret = secret("keys311.sessionKey");
    KeyContext context = bound("keys311.preauthHash");

    assertThat(content(KeyDerivation.signingKey(secret, context)))
        .isEqualTo(bytes("keys311.signingKey"));
    assertThat(content(KeyDerivation.clientToServerKey(secret, context, CipherId.AES_128_GCM)))
        .isEqualTo(bytes("keys311.encryptionKey"));
    assertThat(content(KeyDerivation.serverToClientKey(secret, context, CipherId.AES_128_GCM)))
        .isEqualTo(bytes("keys311.decryptionKey"));
    assertThat(content(KeyDerivation.applicationKey(secret, context)))
        .isEqualTo(bytes("keys311.applicationKey"));
  }

  @Test
  void shouldDeriveThePublishedKeyWhenChannelIsBoundToItsOwnHash() {
    assertThat(
            content(
                KeyDerivation.signingKey(
                    secret("channel311.sessionKey"), bound("channel311.preauthHash"))))
        .isEqualTo(bytes("channel311.signingKey"));
  }

  @Test
  void shouldUseTheWholeSecretForCipherKeysWhenCipherIsAes256() throws Exception {
    byte[] full = counting(32);
    KeyContext context = bound("keys311.preauthHash");
    byte[] expected =
        hmac(
            full,
            ByteBuffer.allocate(4).putInt(1).array(),
            "SMBC2SCipherKey\0\0".getBytes(US_ASCII),
            bytes("keys311.preauthHash"),
            ByteBuffer.allocate(4).putInt(256).array());

    SessionSecret derived =
        KeyDerivation.clientToServerKey(
            new SessionSecret(full.clone()), context, CipherId.AES_256_GCM);

    assertThat(content(derived)).isEqualTo(expected).hasSize(32);
  }

  @Test
  void shouldUseTheFirst16BytesWhenCipherIsAes128() {
    KeyContext context = bound("keys311.preauthHash");

    SessionSecret ofLong =
        KeyDerivation.serverToClientKey(
            new SessionSecret(counting(32)), context, CipherId.AES_128_CCM);
    SessionSecret ofShort =
        KeyDerivation.serverToClientKey(
            new SessionSecret(counting(16)), context, CipherId.AES_128_CCM);

    assertThat(content(ofLong)).isEqualTo(content(ofShort)).hasSize(16);
  }

  @Test
  void shouldDerive128BitsForSigningAndApplicationWhenSecretHas256() {
    KeyContext context = bound("keys311.preauthHash");

    assertThat(content(KeyDerivation.signingKey(new SessionSecret(counting(32)), context)))
        .isEqualTo(content(KeyDerivation.signingKey(new SessionSecret(counting(16)), context)))
        .hasSize(16);
    assertThat(content(KeyDerivation.applicationKey(new SessionSecret(counting(32)), context)))
        .hasSize(16);
  }

  @Test
  void shouldPadWithZerosWhenSecretIsShorterThan16Bytes() {
    KeyContext context = bound("keys311.preauthHash");

    assertThat(content(KeyDerivation.signingKey(new SessionSecret(counting(8)), context)))
        .isEqualTo(
            content(
                KeyDerivation.signingKey(
                    new SessionSecret(Arrays.copyOf(counting(8), 16)), context)));
  }

  @Test
  void shouldFollowSp800108WhenLabelAndContextAreArbitrary() {
    // From the test of another implementation, OpenVAS' smb3kdf.
    SessionSecret derived =
        KeyDerivation.counterMode(
            new SessionSecret("mykey".getBytes(US_ASCII)),
            "mylabel".getBytes(US_ASCII),
            "mycontext".getBytes(US_ASCII),
            16);

    assertThat(content(derived))
        .isEqualTo(HexFormat.of().parseHex("a5948d63659bd73a5a642b1a81d172c6"));
  }

  @Test
  void shouldRefuseWhenLengthIsMoreThanOneIteration() {
    SessionSecret key = new SessionSecret(counting(16));

    assertThatThrownBy(() -> KeyDerivation.counterMode(key, new byte[1], new byte[1], 33))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldRefuseWhenPreauthHashIsNotSha512() {
    assertThatThrownBy(() -> new KeyContext.Smb311(new byte[32]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
