package org.sealane.smb.signing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.LentKey;
import org.sealane.smb.signing.MessageSigner.Signed;

/** The algorithms by themselves, against the vectors of their specifications. */
class SigningAlgorithmsTest {
  private static final String RFC_4493_MESSAGE =
      "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
          + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

  private static byte[] hex(String value) {
    return HexFormat.of().parseHex(value);
  }

  private static LentKey key(byte[] bytes) {
    return new LentKey(new SessionSecret(bytes), "AES");
  }

  /** Data in place of the header, and nothing behind it. */
  private static Signed only(byte[] data) {
    return new Signed(data, List.of());
  }

  @ParameterizedTest
  // [RFC 4493] 4.
  @CsvSource({
    "0, bb1d6929e95937287fa37d129b756746",
    "16, 070a16b46b4d4144f79bdd9dd04a287c",
    "40, dfa66747de9ae63030ca32611497c827",
    "64, 51f0bebf7e3b9d92fc49741779363cfe"
  })
  void shouldGiveTheRfcTagWhenAlgorithmIsCmac(int length, String tag) {
    byte[] message = hex(RFC_4493_MESSAGE.substring(0, 2 * length));
    var cmac = new CmacSigner.CmacState(key(hex("2b7e151628aed2a6abf7158809cf4f3c")));

    assertThat(cmac.compute(only(message))).isEqualTo(hex(tag));
    // A second time, so that nothing is left over from the first.
    assertThat(cmac.compute(only(message))).isEqualTo(hex(tag));
  }

  @Test
  void shouldGiveTheSameTagAsBouncyCastleWhenPartsAreAny() throws Exception {
    Random random = new Random(1);
    byte[] keyBytes = new byte[16];
    random.nextBytes(keyBytes);
    var cmac = new CmacSigner.CmacState(key(keyBytes.clone()));
    CMac reference = new CMac(AESEngine.newInstance());
    reference.init(new KeyParameter(keyBytes));
    for (int round = 0; round < 300; round++) {
      byte[] data = new byte[random.nextInt(1 << random.nextInt(1, 17))];
      random.nextBytes(data);
      byte[] expected = new byte[16];
      reference.update(data, 0, data.length);
      reference.doFinal(expected, 0);

      cmac.start();
      for (int at = 0; at < data.length; ) {
        int length = Math.min(random.nextInt(1 << random.nextInt(1, 16)), data.length - at);
        cmac.update(data, at, length);
        at += length;
      }

      assertThat(cmac.finish()).as("round %d", round).isEqualTo(expected);
    }
  }

  @Test
  void shouldGiveThePublishedTagWhenAlgorithmIsGmac() {
    // IEEE 802.1AE test vectors, 54-byte packet authentication using GCM-AES-128.
    var gmac = new GmacSigner.GmacState(key(hex("ad7a2bd03eac835a6f620fdcb506b345")));
    byte[] nonce = hex("12153524c0895e81b2c28465");
    byte[] data =
        hex(
            "d609b1f056637a0d46df998d88e5222ab2c2846512153524c0895e8108000f1011121314"
                + "15161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30313233340001");
    byte[] tag = hex("f09478a9b09007d06f46e9b6a1da25dd");

    assertThat(gmac.compute(nonce, only(data))).isEqualTo(tag);
    assertThat(gmac.matches(nonce, only(data), tag)).isTrue();
    tag[0] ^= 1;
    assertThat(gmac.matches(nonce, only(data), tag)).isFalse();
  }

  @Test
  void shouldGiveTheRfcTagCutWhenAlgorithmIsHmac() {
    // [RFC 4231] 4.3, test case 2.
    var hmac =
        new HmacSigner.HmacState(
            new LentKey(new SessionSecret("Jefe".getBytes(US_ASCII)), "HmacSHA256"));

    assertThat(hmac.compute(only("what do ya want for nothing?".getBytes(US_ASCII))))
        .isEqualTo(hex("5bdcc146bf60754e6a042426089575c7"));
  }
}
