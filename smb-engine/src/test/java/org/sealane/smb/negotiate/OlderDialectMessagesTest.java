package org.sealane.smb.negotiate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** SMB1's NEGOTIATE, and the buffers of FSCTL_VALIDATE_NEGOTIATE_INFO. */
class OlderDialectMessagesTest {
  static final MultiProtocolRequest WINDOWS =
      new MultiProtocolRequest(List.of("NT LM 0.12", "SMB 2.002", "SMB 2.???"));
  static final NegotiateInfoRequest INFO =
      new NegotiateInfoRequest(
          new Capabilities(0x7F),
          UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
          SecurityMode.SIGNING_REQUIRED,
          List.of(0x0202, 0x0210, 0x0300));

  interface Encoder<T> {
    void encode(T message, MessageWriter out);
  }

  static <T> byte[] bytes(Encoder<T> encoder, T message) {
    MessageWriter out = new MessageWriter();
    encoder.encode(message, out);
    return out.written().toArray(ValueLayout.JAVA_BYTE);
  }

  private static MessageReader reader(byte[] bytes) {
    return new MessageReader(MemorySegment.ofArray(bytes));
  }

  @Nested
  class MultiProtocol {
    @Test
    void shouldLayTheMessageOutAsTheSpecificationDoes() {
      byte[] encoded = bytes(MultiProtocolRequestCodec::encode, WINDOWS);

      assertThat(HexFormat.of().formatHex(encoded))
          .isEqualTo(
              "ff534d42"
                  + "72"
                  + "00".repeat(27)
                  + "00"
                  + "2200"
                  + "024e54204c4d20302e313200"
                  + "02534d4220322e30303200"
                  + "02534d4220322e3f3f3f00");
    }

    @Test
    void shouldReadBackWhatItWroteAndRefuseEveryPrefix() throws Exception {
      byte[] encoded = bytes(MultiProtocolRequestCodec::encode, WINDOWS);

      assertThat(MultiProtocolRequestCodec.decode(reader(encoded))).isEqualTo(WINDOWS);
      for (int length = 0; length < encoded.length; length++) {
        byte[] prefix = Arrays.copyOf(encoded, length);
        assertThatExceptionOfType(MalformedMessageException.class)
            .as("prefix of %d", length)
            .isThrownBy(() -> MultiProtocolRequestCodec.decode(reader(prefix)));
      }
    }

    @Test
    void shouldRefuseOtherCommandsNamesWithoutEndAndTooManyNames() {
      byte[] other = bytes(MultiProtocolRequestCodec::encode, WINDOWS);
      other[4] = 0x73;
      byte[] endless = bytes(MultiProtocolRequestCodec::encode, WINDOWS);
      endless[endless.length - 1] = 'x';
      MultiProtocolRequest many =
          new MultiProtocolRequest(
              java.util.Collections.nCopies(MultiProtocolRequestCodec.DIALECTS_MAX + 1, "x"));

      for (byte[] bad : List.of(other, endless, bytes(MultiProtocolRequestCodec::encode, many))) {
        assertThatExceptionOfType(MalformedMessageException.class)
            .isThrownBy(() -> MultiProtocolRequestCodec.decode(reader(bad)));
      }
    }
  }

  @Nested
  class NegotiateInfo {
    @Test
    void shouldReadBackTheRequestAndRefuseEveryPrefix() throws Exception {
      byte[] encoded = bytes(NegotiateInfoRequestCodec::encode, INFO);

      assertThat(HexFormat.of().formatHex(encoded))
          .isEqualTo(
              "7f000000" + "33221100554477668899aabbccddeeff" + "0300" + "0300" + "020210020003");
      assertThat(NegotiateInfoRequestCodec.decode(reader(encoded))).isEqualTo(INFO);
      for (int length = 0; length < encoded.length; length++) {
        byte[] prefix = Arrays.copyOf(encoded, length);
        assertThatExceptionOfType(MalformedMessageException.class)
            .isThrownBy(() -> NegotiateInfoRequestCodec.decode(reader(prefix)));
      }
    }

    @Test
    void shouldReadBackTheResponse() throws Exception {
      NegotiateInfoResponse response =
          new NegotiateInfoResponse(
              new Capabilities(4), INFO.guid(), SecurityMode.SIGNING_ENABLED, 0x0302);
      byte[] encoded = bytes(NegotiateInfoResponseCodec::encode, response);

      assertThat(encoded).hasSize(NegotiateInfoResponse.LENGTH);
      assertThat(NegotiateInfoResponseCodec.decode(reader(encoded))).isEqualTo(response);
    }
  }
}
