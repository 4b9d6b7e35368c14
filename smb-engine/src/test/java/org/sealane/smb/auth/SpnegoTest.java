package org.sealane.smb.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.auth.Spnego.NegState;
import org.sealane.smb.auth.Spnego.Token;
import org.sealane.smb.auth.Spnego.Token.NegTokenInit;
import org.sealane.smb.auth.Spnego.Token.NegTokenResp;
import org.sealane.smb.wire.MalformedMessageException;

class SpnegoTest {
  private static final byte[] NONE = {};

  /**
   * A NegTokenInit2 with the mechanisms of a Windows Server's NEGOTIATE response (NEGOEX, MS-KRB5,
   * Kerberos, user-to-user, NTLM) and the name that [MS-SPNG] 3.2.5.2 prescribes, laid out by hand.
   * {@code openssl asn1parse -inform DER} reads the file of it among the fuzz seeds.
   */
  static final byte[] WINDOWS_HINT =
      HexFormat.of()
          .parseHex(
              "607606062b0601050502a06c306aa03c303a060a2b06010401823702021e0609"
                  + "2a864882f712010202"
                  + "06092a864886f712010202060a2a864886f71201020203"
                  + "060a2b06010401823702020a"
                  + "a32a3028a0261b24"
                  + "6e6f745f646566696e65645f696e5f5246433431373840"
                  + "706c656173655f69676e6f7265");

  /** An initiator's first NTLM token, laid out by hand: an NTLMSSP NEGOTIATE of 40 bytes. */
  static final byte[] NTLM_INIT =
      HexFormat.of()
          .parseHex(
              "604806062b0601050502a03e303ca00e300c060a2b06010401823702020a"
                  + "a22a04284e544c4d5353500001000000158208620000000028000000"
                  + "0000000028000000060100000000000f");

  private static NegTokenInit init(byte[] encoded) throws MalformedMessageException {
    return (NegTokenInit) Spnego.decode(encoded);
  }

  private static NegTokenResp resp(byte[] encoded) throws MalformedMessageException {
    return (NegTokenResp) Spnego.decode(encoded);
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @Nested
  class Golden {
    @Test
    void shouldReadTheHintOfAWindowsServer() throws Exception {
      NegTokenInit hint = init(WINDOWS_HINT);

      assertThat(hint.mechTypes())
          .extracting(MechanismOid::dotted)
          .containsExactly(
              "1.3.6.1.4.1.311.2.2.30",
              "1.2.840.48018.1.2.2",
              MechanismOid.KERBEROS.dotted(),
              "1.2.840.113554.1.2.2.3",
              MechanismOid.NTLM.dotted());
      assertThat(hint.mechToken()).isEmpty();
      assertThat(hint.mechListMic()).isEmpty();
    }

    @Test
    void shouldReadAndWriteAnNtlmInitiatorsFirstToken() throws Exception {
      NegTokenInit token = init(NTLM_INIT);

      assertThat(token.mechTypes()).containsExactly(MechanismOid.NTLM);
      assertThat(token.mechToken()).hasSize(40).startsWith("NTLMSSP".getBytes());
      assertThat(Spnego.encode(token)).isEqualTo(NTLM_INIT);
    }

    @Test
    void shouldReadAndWriteAnAcceptorsLastTokenWithMic() throws Exception {
      byte[] golden = hex("a11b 3019 a003 0a0100 a312 0410 01000000a1b2c3d4e5f6a7b800000000");

      NegTokenResp token = resp(golden);

      assertThat(token.negState()).contains(NegState.ACCEPT_COMPLETED);
      assertThat(token.supportedMech()).isEmpty();
      assertThat(token.mechListMic()).hasSize(16);
      assertThat(Spnego.encode(token)).isEqualTo(golden);
    }

    @Test
    void shouldWriteTheNodeMechanismsIdentifier() {
      byte[] encoded = Spnego.encode(new NegTokenInit(List.of(MechanismOid.NODE), NONE, NONE));

      // 2.25 is 0x69; then the 128 bits of the UUID in groups of seven.
      assertThat(HexFormat.of().formatHex(encoded))
          .isEqualTo(
              "602606062b0601050502a01c301aa01830160614"
                  + "6981fd92e094b6b4eab8f3a8d7d8c0a0ee9aaa77");
    }
  }

  @Nested
  class RoundTrip {
    static Stream<Token> tokens() {
      byte[] small = {1};
      byte[] medium = new byte[200];
      byte[] large = new byte[60_000];
      Arrays.fill(large, (byte) 7);
      return Stream.of(
          new NegTokenInit(List.of(MechanismOid.NODE), NONE, NONE),
          new NegTokenInit(List.of(MechanismOid.KERBEROS, MechanismOid.NTLM), small, medium),
          new NegTokenInit(Collections.nCopies(16, MechanismOid.NODE), large, NONE),
          new NegTokenResp(Optional.empty(), Optional.empty(), NONE, NONE),
          new NegTokenResp(Optional.of(NegState.REJECT), Optional.empty(), medium, NONE),
          new NegTokenResp(
              Optional.of(NegState.ACCEPT_INCOMPLETE),
              Optional.of(MechanismOid.NODE),
              large,
              small));
    }

    @ParameterizedTest
    @MethodSource("tokens")
    void shouldGiveTheSameBytesAgain(Token token) throws Exception {
      byte[] encoded = Spnego.encode(token);

      assertThat(Spnego.encode(Spnego.decode(encoded))).isEqualTo(encoded);
    }

    @ParameterizedTest
    @EnumSource(NegState.class)
    void shouldKeepTheState(NegState state) throws Exception {
      byte[] encoded =
          Spnego.encode(new NegTokenResp(Optional.of(state), Optional.empty(), NONE, NONE));

      assertThat(resp(encoded).negState()).contains(state);
    }
  }

  @Nested
  class Malformed {
    static Stream<byte[]> goldens() {
      return Stream.of(WINDOWS_HINT, NTLM_INIT);
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void shouldRefuseEveryPrefix(byte[] golden) {
      for (int length = 0; length < golden.length; length++) {
        byte[] prefix = Arrays.copyOf(golden, length);

        assertThatThrownBy(() -> Spnego.decode(prefix))
            .isInstanceOf(MalformedMessageException.class);
      }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void shouldRefuseOneByteMore(byte[] golden) {
      byte[] longer = Arrays.copyOf(golden, golden.length + 1);

      assertThatThrownBy(() -> Spnego.decode(longer))
          .isInstanceOf(MalformedMessageException.class)
          .hasMessageContaining("its end");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          // Indefinite length, a length of four octets, lengths that are not the shortest.
          "a180 3080 0000 0000",
          "a184 00000002 3000",
          "a181 02 3000",
          "a182 0002 3000",
          // A length beyond the element around it.
          "a102 3001",
          // negState 4, negative, and of two octets.
          "a107 3005 a003 0a0104",
          "a107 3005 a003 0a01ff",
          "a108 3006 a004 0a020000",
          // Fields out of order.
          "a10e 300c a203 040101 a003 0a0100 a300",
          // A list of no mechanisms, and another thisMech than SPNEGO.
          "6010 06062b0601050502 a006 3004 a002 3000",
          "6012 06062b0601050503 a008 3006 a004 3002 0600",
          // Identifiers: empty, an arc that does not end, an arc with a leading zero group.
          "6012 06062b0601050502 a008 3006 a004 3002 0600",
          "6013 06062b0601050502 a009 3007 a005 3003 060180",
          "6014 06062b0601050502 a00a 3008 a006 3004 06028001"
        })
    void shouldRefuse(String encoded) {
      assertThatThrownBy(() -> Spnego.decode(hex(encoded)))
          .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void shouldRefuseMoreMechanismsThanTheLimit() throws Exception {
      int max = Spnego.MECH_TYPES_MAX;
      byte[] atLimit =
          Spnego.encode(new NegTokenInit(Collections.nCopies(max, MechanismOid.NTLM), NONE, NONE));
      byte[] above =
          Spnego.encode(
              new NegTokenInit(Collections.nCopies(max + 1, MechanismOid.NTLM), NONE, NONE));

      assertThat(init(atLimit).mechTypes()).hasSize(max);
      assertThatThrownBy(() -> Spnego.decode(above)).isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void shouldRefuseMoreBytesThanTheLimit() {
      byte[] above = new byte[Spnego.TOKEN_BYTES_MAX + 1];

      assertThatThrownBy(() -> Spnego.decode(above))
          .isInstanceOf(MalformedMessageException.class)
          .hasMessageContaining("at most 65535");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x30, 0x60, 0xA0, 0xA1, 0x24})
    void shouldRefuseNestingOfAnyDepthWithoutAStack(int tag) {
      byte[] nested = new byte[Spnego.TOKEN_BYTES_MAX];
      for (int i = 0; i + 1 < nested.length; i += 2) {
        nested[i] = (byte) tag;
        nested[i + 1] = (byte) 0x80;
      }

      assertThatThrownBy(() -> Spnego.decode(nested)).isInstanceOf(MalformedMessageException.class);
    }
  }

  @Nested
  class Identifiers {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "0.0",
          "0.39",
          "1.39",
          "2.0",
          "2.40",
          "2.999.3",
          "1.3.6.1.5.5.2",
          "2.25.340282366920938463463374607431768211455"
        })
    void shouldSurviveARoundTrip(String dotted) throws Exception {
      MechanismOid oid = new MechanismOid(dotted);

      assertThat(MechanismOid.fromContent(oid.content(), 0)).isEqualTo(oid);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "3.1", "1..2", "1.02", "1.2.", "a.b", "-1.2"})
    void shouldRefuseWhatIsNone(String dotted) {
      assertThatThrownBy(() -> new MechanismOid(dotted))
          .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseArcsOfAnySize() {
      byte[] content = new byte[60];
      Arrays.fill(content, (byte) 0xFF);
      content[59] = 0x7F;

      assertThatThrownBy(() -> MechanismOid.fromContent(content, 0))
          .isInstanceOf(MalformedMessageException.class);
    }
  }
}
