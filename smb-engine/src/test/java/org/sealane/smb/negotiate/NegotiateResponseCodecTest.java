package org.sealane.smb.negotiate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.CodecContract;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.TestedCodec;

class NegotiateResponseCodecTest implements CodecContract<NegotiateResponse> {
  static final TestedCodec<NegotiateResponse> CODEC =
      new TestedCodec<>(NegotiateResponseCodec::decode, NegotiateResponseCodec::encode);

  private static final int SECURITY_BUFFER_OFFSET_OFFSET = 120;
  private static final int SECURITY_BUFFER_LENGTH_OFFSET = 122;

  @Override
  public TestedCodec<NegotiateResponse> codec() {
    return CODEC;
  }

  @Override
  public String goldenFile() {
    return "NegotiateResponse.hex";
  }

  @Override
  public int shortestAcceptedBytes() {
    return golden().length;
  }

  @Test
  void shouldReadEveryFieldWhenMessageIsGolden() throws Exception {
    NegotiateResponse response = CODEC.decode(golden());

    assertThat(response.securityMode()).isEqualTo(SecurityMode.SIGNING_REQUIRED);
    assertThat(response.dialectRevision()).isEqualTo(0x0311);
    assertThat(response.serverGuid())
        .isEqualTo(UUID.fromString("ccddeeff-aabb-8899-7766-554433221100"));
    assertThat(response.capabilities().bits())
        .isEqualTo(Capabilities.LEASING | Capabilities.LARGE_MTU);
    assertThat(response.maxSizes()).isEqualTo(new MaxSizes(1 << 20, 2 << 20, 8 << 20));
    assertThat(response.systemTime()).isEqualTo(0x01DBC20C_BAB58000L);
    assertThat(response.serverStartTime()).isZero();
    assertThat(response.securityBuffer()).asHexString().isEqualTo("600102");
    assertThat(response.contexts().get(0))
        .isInstanceOfSatisfying(
            NegotiateContext.PreauthIntegrity.class,
            context -> {
              assertThat(context.hashAlgorithms()).containsExactly(1);
              assertThat(context.salt()).asHexString().isEqualTo("A0A1A2A3");
            });
    assertThat(response.contexts().subList(1, 4))
        .containsExactly(
            new NegotiateContext.Encryption(List.of(2)),
            new NegotiateContext.Signing(List.of(2)),
            new NegotiateContext.RdmaTransform(List.of(1)));
  }

  @Test
  void shouldReadNoContextsWhenDialectIsOlder() throws Exception {
    byte[] message = golden();
    message[68] = 0x02;
    NegotiateResponse response = CODEC.decode(message);

    assertThat(response.dialectRevision()).isEqualTo(0x0302);
    assertThat(response.contexts()).isEmpty();
  }

  @Test
  void shouldIgnoreTheOffsetWhenSecurityBufferIsEmpty() throws Exception {
    byte[] message = golden();
    message[SECURITY_BUFFER_OFFSET_OFFSET] = 0;
    message[SECURITY_BUFFER_LENGTH_OFFSET] = 0;

    assertThat(CODEC.decode(message).securityBuffer()).isEmpty();
  }

  @Test
  void shouldRefuseWhenSecurityBufferOverlapsFixedFieldsOrTheEnd() {
    byte[] overlapping = golden();
    overlapping[SECURITY_BUFFER_OFFSET_OFFSET] = 127;
    assertRefused("SecurityBuffer", overlapping);

    byte[] beyond = golden();
    beyond[SECURITY_BUFFER_LENGTH_OFFSET] = (byte) (beyond.length - 128 + 1);
    assertRefused("SecurityBuffer", beyond);
  }

  @Test
  void shouldAcceptWhenSecurityBufferEndsWithTheMessage() throws Exception {
    byte[] message = golden();
    message[SECURITY_BUFFER_LENGTH_OFFSET] = (byte) (message.length - 128);

    assertThat(CODEC.decode(message).securityBuffer()).hasSize(message.length - 128);
  }

  private static void assertRefused(String field, byte[] message) {
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> CODEC.decode(message))
        .satisfies(e -> assertThat(e.field()).isEqualTo(field));
  }

  /** The published capture of a Windows peer. */
  @Nested
  class OfCapture implements CodecContract<NegotiateResponse> {
    @Override
    public TestedCodec<NegotiateResponse> codec() {
      return CODEC;
    }

    @Override
    public String goldenFile() {
      return "NegotiateResponseCapture.hex";
    }

    @Override
    public int shortestAcceptedBytes() {
      return golden().length;
    }
  }
}
