package org.sealane.smb.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.CodecContract;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.TestedCodec;

class SessionSetupResponseCodecTest implements CodecContract<SessionSetupResponse> {
  static final TestedCodec<SessionSetupResponse> CODEC =
      new TestedCodec<>(SessionSetupResponseCodec::decode, SessionSetupResponseCodec::encode);

  private static final int SECURITY_BUFFER_OFFSET_OFFSET = 68;
  private static final int SECURITY_BUFFER_LENGTH_OFFSET = 70;

  @Override
  public TestedCodec<SessionSetupResponse> codec() {
    return CODEC;
  }

  @Override
  public String goldenFile() {
    return "SessionSetupResponse.hex";
  }

  @Override
  public int shortestAcceptedBytes() {
    return golden().length;
  }

  @Test
  void shouldReadEveryFieldWhenMessageIsGolden() throws Exception {
    SessionSetupResponse response = CODEC.decode(golden());

    assertThat(response.sessionFlags()).isEqualTo(SessionFlags.ENCRYPT_DATA);
    assertThat(response.securityBuffer()).asHexString().isEqualTo("A103020101");
  }

  @Test
  void shouldSendOneByteOfBufferWhenTokenIsEmpty() throws Exception {
    byte[] message = CODEC.encode(new SessionSetupResponse(0, new byte[0]));

    assertThat(message).hasSize(64 + 9);
    assertThat(CODEC.decode(message).securityBuffer()).isEmpty();
  }

  @Test
  void shouldRefuseWhenTokenOverlapsFixedFieldsOrTheEnd() {
    byte[] overlapping = golden();
    overlapping[SECURITY_BUFFER_OFFSET_OFFSET] = 71;
    assertRefused(overlapping);

    byte[] beyond = golden();
    beyond[SECURITY_BUFFER_LENGTH_OFFSET] = 6;
    assertRefused(beyond);
  }

  private static void assertRefused(byte[] message) {
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> CODEC.decode(message))
        .satisfies(e -> assertThat(e.field()).isEqualTo("SecurityBuffer"));
  }

  /** The published capture of a Windows peer. */
  @Nested
  class OfCapture implements CodecContract<SessionSetupResponse> {
    @Override
    public TestedCodec<SessionSetupResponse> codec() {
      return CODEC;
    }

    @Override
    public String goldenFile() {
      return "SessionSetupResponseCapture.hex";
    }

    @Override
    public int shortestAcceptedBytes() {
      return golden().length;
    }
  }
}
