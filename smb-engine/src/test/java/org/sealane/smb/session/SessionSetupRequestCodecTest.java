package org.sealane.smb.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.SecurityMode;
import org.sealane.smb.wire.CodecContract;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.TestedCodec;

class SessionSetupRequestCodecTest implements CodecContract<SessionSetupRequest> {
  static final TestedCodec<SessionSetupRequest> CODEC =
      new TestedCodec<>(SessionSetupRequestCodec::decode, SessionSetupRequestCodec::encode);

  private static final int SECURITY_BUFFER_OFFSET_OFFSET = 76;
  private static final int SECURITY_BUFFER_LENGTH_OFFSET = 78;

  @Override
  public TestedCodec<SessionSetupRequest> codec() {
    return CODEC;
  }

  @Override
  public String goldenFile() {
    return "SessionSetupRequest.hex";
  }

  @Override
  public int shortestAcceptedBytes() {
    return golden().length;
  }

  @Test
  void shouldReadEveryFieldWhenMessageIsGolden() throws Exception {
    SessionSetupRequest request = CODEC.decode(golden());

    assertThat(request.flags()).isZero();
    assertThat(request.isBinding()).isFalse();
    assertThat(request.securityMode()).isEqualTo(new SecurityMode(2));
    assertThat(request.capabilities()).isEqualTo(new Capabilities(Capabilities.DFS));
    assertThat(request.previousSessionId()).isEqualTo(0x4_1100_0021L);
    assertThat(request.securityBuffer()).asHexString().isEqualTo("600406022B06");
  }

  @Test
  void shouldSeeBindingWhenTheFlagIsSet() throws Exception {
    byte[] message = golden();
    message[66] = SessionSetupRequest.FLAG_BINDING;

    assertThat(CODEC.decode(message).isBinding()).isTrue();
  }

  @Test
  void shouldSendOneByteOfBufferWhenTokenIsEmpty() throws Exception {
    byte[] message = CODEC.encode(withToken(new byte[0]));

    assertThat(message).hasSize(64 + 25);
    assertThat(CODEC.decode(message).securityBuffer()).isEmpty();
  }

  @Test
  void shouldHoldTheLargestTokenAndRefuseToBuildALargerOne() throws Exception {
    byte[] message = CODEC.encode(withToken(new byte[0xFFFF]));

    assertThat(CODEC.decode(message).securityBuffer()).hasSize(0xFFFF);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CODEC.encode(withToken(new byte[0x1_0000])));
  }

  @Test
  void shouldRefuseWhenTokenOverlapsFixedFieldsOrTheEnd() {
    byte[] overlapping = golden();
    overlapping[SECURITY_BUFFER_OFFSET_OFFSET] = 87;
    assertRefused(overlapping);

    byte[] beyond = golden();
    beyond[SECURITY_BUFFER_LENGTH_OFFSET] = 7;
    assertRefused(beyond);
  }

  private static SessionSetupRequest withToken(byte[] token) {
    return new SessionSetupRequest(0, SecurityMode.SIGNING_ENABLED, Capabilities.NONE, 0, token);
  }

  private static void assertRefused(byte[] message) {
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> CODEC.decode(message))
        .satisfies(e -> assertThat(e.field()).isEqualTo("SecurityBuffer"));
  }

  /** The published capture of a Windows peer. */
  @Nested
  class OfCapture implements CodecContract<SessionSetupRequest> {
    @Override
    public TestedCodec<SessionSetupRequest> codec() {
      return CODEC;
    }

    @Override
    public String goldenFile() {
      return "SessionSetupRequestCapture.hex";
    }

    @Override
    public int shortestAcceptedBytes() {
      return golden().length;
    }
  }
}
