package org.sealane.smb.negotiate;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.Bytes;

/** Values from the same publication as the captures; see the hex files. */
class PreauthIntegrityHashTest {
  private static final String AFTER_NEGOTIATE_REQUEST =
      "DD94EFC5321BB618A2E208BA8920D2F422992526947A409B5037DE1E0FE8C736"
          + "2B8C47122594CDE0CE26AA9DFC8BCDBDE0621957672623351A7540F1E54A0426";
  private static final String AFTER_NEGOTIATE_RESPONSE =
      "324BFA92A4F3A190E466EBEA08D9C110DC88BFED758D9846ECC6F541CC1D02AE"
          + "3C94A79F36011E997E13F841B91B50957AD07B19C8E2539C0B23FDAE09D2C513";
  private static final String AFTER_SESSION_SETUP_REQUEST =
      "AC0B0F2B9986257700365E416D142A6EDC96DF03594A19E52A15F6BD0D041CD5"
          + "D432F8ED42C55E33197A50C9EC00F1462B50C592211B1471A04B56088FDFD5F9";
  private static final String AFTER_SESSION_SETUP_RESPONSE =
      "2729E3440DFDDD839E37193F6E8F20C20CEFB3469E453A70CD980EEC06B88357"
          + "40A73760085633364C8989895ECE81BF102DEEB14D4B7D48AFA76901A7A38387";
  private static final String AFTER_SECOND_SESSION_SETUP_REQUEST =
      "0DD13628CC3ED218EF9DF9772D436D0887AB9814BFAE63A80AA845F36909DB79"
          + "28622DDDAD522D9751640A459762C5A9D6BB084CBB3CE6BDADEF5D5BCE3C6C01";

  private static final List<byte[]> MESSAGES =
      List.of(
          Bytes.golden(PreauthIntegrityHashTest.class, "NegotiateRequestCapture.hex"),
          Bytes.golden(PreauthIntegrityHashTest.class, "NegotiateResponseCapture.hex"),
          session("SessionSetupRequestCapture.hex"),
          session("SessionSetupResponseCapture.hex"),
          session("SecondSessionSetupRequestCapture.hex"));

  @Test
  void shouldBeTheSpecsValuesWhenMessagesAreThePublishedOnes() {
    List<String> expected =
        List.of(
            AFTER_NEGOTIATE_REQUEST,
            AFTER_NEGOTIATE_RESPONSE,
            AFTER_SESSION_SETUP_REQUEST,
            AFTER_SESSION_SETUP_RESPONSE,
            AFTER_SECOND_SESSION_SETUP_REQUEST);
    PreauthIntegrityHash hash = PreauthIntegrityHash.initial();
    for (int i = 0; i < MESSAGES.size(); i++) {
      hash = hash.extend(MemorySegment.ofArray(MESSAGES.get(i)));
      assertThat(hash.value()).asHexString().isEqualTo(expected.get(i));
    }
  }

  @Test
  void shouldBeZerosWhenThereWasNoMessage() {
    assertThat(PreauthIntegrityHash.initial().value())
        .hasSize(PreauthIntegrityHash.LENGTH)
        .containsOnly(0);
  }

  @Test
  void shouldBeTheSameWhenTheMessageLiesInNativeMemory() {
    byte[] message = MESSAGES.getFirst();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocate(message.length + 3).asSlice(3);
      copy.copyFrom(MemorySegment.ofArray(message));
      assertThat(PreauthIntegrityHash.initial().extend(copy).value())
          .asHexString()
          .isEqualTo(AFTER_NEGOTIATE_REQUEST);
    }
  }

  @Test
  void shouldLeaveTheConnectionsValueAloneWhenSessionsForkFromIt() {
    PreauthIntegrityHash connection =
        PreauthIntegrityHash.initial()
            .extend(MemorySegment.ofArray(MESSAGES.get(0)))
            .extend(MemorySegment.ofArray(MESSAGES.get(1)));
    PreauthIntegrityHash one = connection.extend(MemorySegment.ofArray(MESSAGES.get(2)));
    PreauthIntegrityHash other = connection.extend(MemorySegment.ofArray(MESSAGES.get(4)));

    assertThat(connection.value()).asHexString().isEqualTo(AFTER_NEGOTIATE_RESPONSE);
    assertThat(one.value()).isNotEqualTo(other.value());
  }

  @Test
  void shouldNotChangeWhenACallerChangesTheCopy() {
    PreauthIntegrityHash hash = PreauthIntegrityHash.initial();
    hash.value()[0] = 1;

    assertThat(hash.value()).containsOnly(0);
  }

  @Test
  void shouldDifferWhenAnyByteOfAnyMessageIsTamperedWith() {
    Set<String> values = new HashSet<>();
    int messages = 0;
    for (int i = 0; i < MESSAGES.size(); i++) {
      for (int j = 0; j < MESSAGES.get(i).length; j++) {
        values.add(valueWithChange(i, j));
        messages++;
      }
    }

    assertThat(values).hasSize(messages).doesNotContain(AFTER_SECOND_SESSION_SETUP_REQUEST);
  }

  private static String valueWithChange(int message, int offset) {
    PreauthIntegrityHash hash = PreauthIntegrityHash.initial();
    for (int i = 0; i < MESSAGES.size(); i++) {
      byte[] bytes = MESSAGES.get(i).clone();
      if (i == message) {
        bytes[offset] ^= 0x10;
      }
      hash = hash.extend(MemorySegment.ofArray(bytes));
    }
    return HexFormat.of().withUpperCase().formatHex(hash.value());
  }

  private static byte[] session(String file) {
    return Bytes.golden(PreauthIntegrityHashTest.class, "/org/sealane/smb/session/" + file);
  }
}
