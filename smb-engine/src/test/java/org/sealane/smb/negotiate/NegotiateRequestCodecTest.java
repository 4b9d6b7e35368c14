package org.sealane.smb.negotiate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.CodecContract;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.TestedCodec;

class NegotiateRequestCodecTest implements CodecContract<NegotiateRequest> {
  static final TestedCodec<NegotiateRequest> CODEC =
      new TestedCodec<>(NegotiateRequestCodec::decode, NegotiateRequestCodec::encode);

  private static final int DIALECT_COUNT_OFFSET = 66;
  private static final int CONTEXT_OFFSET_OFFSET = 92;
  private static final int CONTEXT_COUNT_OFFSET = 96;
  private static final int FIRST_CONTEXT_OFFSET = 112;

  @Override
  public TestedCodec<NegotiateRequest> codec() {
    return CODEC;
  }

  @Override
  public String goldenFile() {
    return "NegotiateRequest.hex";
  }

  @Override
  public int shortestAcceptedBytes() {
    return golden().length;
  }

  @Test
  void shouldReadEveryFieldWhenMessageIsGolden() throws Exception {
    NegotiateRequest request = CODEC.decode(golden());

    assertThat(request.securityMode()).isEqualTo(SecurityMode.SIGNING_ENABLED);
    assertThat(request.capabilities()).isEqualTo(new Capabilities(0x7F));
    assertThat(request.clientGuid())
        .isEqualTo(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
    assertThat(request.dialects()).containsExactly(0x0202, 0x0210, 0x0300, 0x0302, 0x0311);
    assertThat(request.contexts()).hasSize(8);
  }

  @Test
  void shouldReadEveryContextWhenMessageIsGolden() throws Exception {
    List<NegotiateContext> contexts = CODEC.decode(golden()).contexts();

    assertThat(contexts.get(0))
        .isInstanceOfSatisfying(
            NegotiateContext.PreauthIntegrity.class,
            context -> {
              assertThat(context.hashAlgorithms()).containsExactly(1);
              assertThat(HexFormat.of().formatHex(context.salt()))
                  .startsWith("000102")
                  .endsWith("1d1e1f")
                  .hasSize(64);
            });
    assertThat(contexts.subList(1, 7))
        .containsExactly(
            new NegotiateContext.Encryption(List.of(2, 1, 4, 3)),
            new NegotiateContext.Compression(1, List.of(4, 2, 3)),
            new NegotiateContext.Netname("node-b"),
            new NegotiateContext.Transport(1),
            new NegotiateContext.RdmaTransform(List.of(1, 2)),
            new NegotiateContext.Signing(List.of(2, 1, 0)));
    assertThat(contexts.get(7))
        .isInstanceOfSatisfying(
            NegotiateContext.Unknown.class,
            context -> {
              assertThat(context.type()).isEqualTo(0x0100);
              assertThat(context.data()).asHexString().isEqualTo("DEADBEEF");
            });
  }

  @Test
  void shouldReadNoContextsWhenDialect311IsNotOffered() throws Exception {
    byte[] message = golden();
    message[108] = 0x02; // Dialects[4] becomes 3.0.2, and the contexts' fields ClientStartTime.
    NegotiateRequest request = CODEC.decode(message);

    assertThat(request.dialects()).endsWith(0x0302, 0x0302);
    assertThat(request.contexts()).isEmpty();
  }

  @Test
  void shouldReadNoDialectsWhenCountIsZero() throws Exception {
    byte[] message = golden();
    message[DIALECT_COUNT_OFFSET] = 0;

    assertThat(CODEC.decode(message).dialects()).isEmpty();
  }

  @Test
  void shouldRefuseWhenDialectsOrContextsExceedTheirLimits() {
    byte[] dialects = Arrays.copyOf(golden(), 4096);
    dialects[DIALECT_COUNT_OFFSET] = NegotiateRequestCodec.DIALECTS_MAX + 1;
    assertRefused("DialectCount", dialects);

    byte[] contexts = Arrays.copyOf(golden(), 4096);
    contexts[CONTEXT_COUNT_OFFSET] = NegotiateContextCodec.CONTEXTS_MAX + 1;
    assertRefused("NegotiateContextCount", contexts);
  }

  @Test
  void shouldAcceptWhenContextsAreAtTheirLimit() throws Exception {
    byte[] message = Arrays.copyOf(golden(), 4096);
    message[CONTEXT_COUNT_OFFSET] = 8 + 2;

    assertThat(CODEC.decode(message).contexts()).hasSize(10);

    byte[] many = new byte[FIRST_CONTEXT_OFFSET + NegotiateContextCodec.CONTEXTS_MAX * 8];
    System.arraycopy(golden(), 0, many, 0, FIRST_CONTEXT_OFFSET);
    many[CONTEXT_COUNT_OFFSET] = NegotiateContextCodec.CONTEXTS_MAX;

    assertThat(CODEC.decode(many).contexts()).hasSize(NegotiateContextCodec.CONTEXTS_MAX);
  }

  @Test
  void shouldRefuseWhenContextOffsetIsUnalignedOrOverlapsTheDialects() {
    byte[] message = golden();
    message[CONTEXT_OFFSET_OFFSET] = 113;
    assertRefused("NegotiateContextOffset", message);

    message[CONTEXT_OFFSET_OFFSET] = 104;
    assertRefused("NegotiateContextOffset", message);

    message[CONTEXT_OFFSET_OFFSET + 3] = (byte) 0x80;
    assertRefused("DataLength", message);
  }

  @Test
  void shouldRefuseWhenAContextIsShorterThanItsStructure() {
    byte[] message = golden();
    message[FIRST_CONTEXT_OFFSET + 2] = 37; // one byte less than the salt needs
    assertRefused("Salt", message);

    message[FIRST_CONTEXT_OFFSET + 2] = 3;
    assertRefused("HashAlgorithms", message);
  }

  @Test
  void shouldRefuseToBuildWhenContextsComeWithoutDialect311() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new NegotiateRequest(
                SecurityMode.SIGNING_ENABLED,
                Capabilities.NONE,
                new UUID(0, 0),
                List.of(0x0302),
                List.of(new NegotiateContext.Transport(0))));
  }

  private static void assertRefused(String field, byte[] message) {
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> CODEC.decode(message))
        .satisfies(e -> assertThat(e.field()).isEqualTo(field));
  }

  /** The published capture of a Windows peer. */
  @Nested
  class OfCapture implements CodecContract<NegotiateRequest> {
    @Override
    public TestedCodec<NegotiateRequest> codec() {
      return CODEC;
    }

    @Override
    public String goldenFile() {
      return "NegotiateRequestCapture.hex";
    }

    @Override
    public int shortestAcceptedBytes() {
      return golden().length;
    }
  }
}
