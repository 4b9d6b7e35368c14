package org.sealane.smb.auth.ntlm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.SessionSecret;

/** The worked example of NTLMv2, [MS-NLMP] 4.2.4. */
class NtlmVectorsTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final byte[] SERVER_CHALLENGE = HEX.parseHex("0123456789abcdef");

  private static byte[] filled(int value, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[] bytes(SessionSecret secret) {
    return secret.use(byte[]::clone);
  }

  private static SessionSecret responseKey() {
    return NtHash.responseKey(NtHash.of("Password".toCharArray()), "User", "Domain");
  }

  private static byte[] temp() {
    return ClientChallengeCodec.encode(
        new ClientChallenge(
            0,
            filled(0xAA, 8),
            new AvPairs(
                List.of(
                    new AvPairs.Pair(
                        AvPairs.NB_DOMAIN_NAME, "Domain".getBytes(StandardCharsets.UTF_16LE)),
                    new AvPairs.Pair(
                        AvPairs.NB_COMPUTER_NAME, "Server".getBytes(StandardCharsets.UTF_16LE))))));
  }

  @Test
  void shouldHashThePasswordAsTheSpecificationDoes() {
    assertThat(bytes(NtHash.of("Password".toCharArray())))
        .asHexString()
        .isEqualToIgnoringCase("a4f49c406510bdcab6824ee7c30fd852");
  }

  @Test
  void shouldDeriveTheResponseKeyAsTheSpecificationDoes() {
    assertThat(bytes(responseKey()))
        .asHexString()
        .isEqualToIgnoringCase("0c868a403bfd7a93a3001ef22ef02e3f");
  }

  @Test
  void shouldProveAsTheSpecificationDoes() {
    byte[] key = bytes(responseKey());
    byte[] proof = NtlmCrypto.hmacMd5(key, SERVER_CHALLENGE, temp());
    byte[] base = NtlmCrypto.hmacMd5(key, proof);

    assertThat(proof).asHexString().isEqualToIgnoringCase("68cd0ab851e51c96aabc927bebef6a1c");
    assertThat(base).asHexString().isEqualToIgnoringCase("8de40ccadbc14a82f15cb0ad0de95ca3");
    assertThat(NtlmCrypto.rc4(base, filled(0x55, 16)))
        .asHexString()
        .isEqualToIgnoringCase("c5dad2544fc9799094ce1ce90bc9d03e");
  }

  @Test
  void shouldSignAsTheSpecificationDoes() {
    // [MS-NLMP] 4.2.4.4: the message's own encryption takes the first bytes of the key stream, so
    // the checksum there can not be compared; the checksum before it can.
    byte[] signature =
        NtlmCrypto.firstSignature(
            filled(0x55, 16), true, "Plaintext".getBytes(StandardCharsets.UTF_16LE));

    assertThat(signature).startsWith(1, 0, 0, 0).endsWith(0, 0, 0, 0).hasSize(16);
  }
}
