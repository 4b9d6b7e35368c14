package org.sealane.smb.negotiate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ClientNegotiationTest {
  private static final UUID CLIENT_GUID = new UUID(1, 2);
  private static final UUID SERVER_GUID = new UUID(3, 4);
  private static final NegotiateContext PREAUTH =
      new NegotiateContext.PreauthIntegrity(List.of(1), new byte[32]);
  private static final NegotiateContext ENCRYPTION = new NegotiateContext.Encryption(List.of(4));
  private static final NegotiateContext SIGNING = new NegotiateContext.Signing(List.of(2));
  private static final NegotiateContext TRANSFORM = new NegotiateContext.RdmaTransform(List.of(1));

  /** Offers AES-256-GCM and AES-128-GCM, AES-GMAC alone, and both RDMA transforms. */
  private static final ClientNegotiation.Settings LANE =
      new ClientNegotiation.Settings(
          Set.of(Dialect.SMB_3_1_1),
          List.of(CipherId.AES_256_GCM, CipherId.AES_128_GCM),
          List.of(SigningAlgorithm.AES_GMAC),
          EnumSet.allOf(RdmaTransformId.class),
          ClientNegotiation.Encryption.REQUIRED,
          SecurityMode.SIGNING_REQUIRED,
          new Capabilities(Capabilities.LARGE_MTU | Capabilities.ENCRYPTION),
          CLIENT_GUID,
          Optional.of("node-b"));

  /** Speaks every dialect, signs as each demands, and needs no cipher. */
  private static final ClientNegotiation.Settings ANY =
      new ClientNegotiation.Settings(
          EnumSet.allOf(Dialect.class),
          List.of(CipherId.AES_128_CCM),
          List.of(SigningAlgorithm.AES_CMAC, SigningAlgorithm.HMAC_SHA256),
          Set.of(),
          ClientNegotiation.Encryption.OPTIONAL,
          SecurityMode.SIGNING_ENABLED,
          Capabilities.NONE,
          CLIENT_GUID,
          Optional.empty());

  private static NegotiateResponse response(NegotiateContext... contexts) {
    return response(0x0311, MaxSizes.all(1 << 20), contexts);
  }

  private static NegotiateResponse response(
      int dialect, MaxSizes maxSizes, NegotiateContext... contexts) {
    return new NegotiateResponse(
        SecurityMode.SIGNING_REQUIRED,
        dialect,
        SERVER_GUID,
        new Capabilities(Capabilities.LARGE_MTU),
        maxSizes,
        0,
        0,
        new byte[0],
        List.of(contexts));
  }

  private static NegotiatedConnection agree(
      ClientNegotiation.Settings settings, NegotiateResponse response) {
    ClientNegotiation.Outcome outcome = ClientNegotiation.check(settings, response);
    assertThat(outcome).isInstanceOf(ClientNegotiation.Outcome.Agreed.class);
    return ((ClientNegotiation.Outcome.Agreed) outcome).connection();
  }

  private static void assertFailed(
      String field, ClientNegotiation.Settings settings, NegotiateResponse response) {
    assertThat(ClientNegotiation.check(settings, response))
        .isInstanceOfSatisfying(
            ClientNegotiation.Outcome.Failed.class,
            failed -> {
              assertThat(failed.field()).isEqualTo(field);
              assertThat(failed.expected()).isNotBlank();
              assertThat(failed.actual()).isNotBlank();
            });
  }

  @Test
  void shouldOfferItsSettingsInOrderWhenBuildingARequest() {
    byte[] salt = {1, 2, 3};
    NegotiateRequest request = ClientNegotiation.request(LANE, salt);

    assertThat(request.dialects()).containsExactly(0x0311);
    assertThat(request.securityMode()).isEqualTo(SecurityMode.SIGNING_REQUIRED);
    assertThat(request.capabilities()).isEqualTo(LANE.capabilities());
    assertThat(request.clientGuid()).isEqualTo(CLIENT_GUID);
    assertThat(request.contexts().getFirst())
        .isInstanceOfSatisfying(
            NegotiateContext.PreauthIntegrity.class,
            context -> {
              assertThat(context.hashAlgorithms()).containsExactly(1);
              assertThat(context.salt()).isEqualTo(salt);
            });
    assertThat(request.contexts().subList(1, 5))
        .containsExactly(
            new NegotiateContext.Encryption(List.of(4, 2)),
            new NegotiateContext.Signing(List.of(2)),
            new NegotiateContext.RdmaTransform(List.of(1, 2)),
            new NegotiateContext.Netname("node-b"));
    assertThat(request.contexts()).hasSize(5);
  }

  @Test
  void shouldOfferNoContextsWhenDialect311IsNotSpoken() {
    ClientNegotiation.Settings old =
        new ClientNegotiation.Settings(
            Set.of(Dialect.SMB_3_0_2, Dialect.SMB_2_0_2),
            LANE.ciphers(),
            LANE.signing(),
            LANE.rdmaTransforms(),
            LANE.encryption(),
            LANE.securityMode(),
            LANE.capabilities(),
            CLIENT_GUID,
            LANE.netname());
    NegotiateRequest request = ClientNegotiation.request(old, new byte[32]);

    assertThat(request.dialects()).containsExactly(0x0202, 0x0302);
    assertThat(request.contexts()).isEmpty();
  }

  @Test
  void shouldAgreeWhenResponseAnswersTheOffer() {
    assertThat(agree(LANE, response(SIGNING, TRANSFORM, ENCRYPTION, PREAUTH)))
        .isEqualTo(
            new NegotiatedConnection(
                Dialect.SMB_3_1_1,
                Optional.of(CipherId.AES_256_GCM),
                SigningAlgorithm.AES_GMAC,
                Set.of(RdmaTransformId.ENCRYPTION),
                MaxSizes.all(1 << 20),
                new Capabilities(Capabilities.LARGE_MTU | Capabilities.ENCRYPTION),
                new Capabilities(Capabilities.LARGE_MTU),
                SecurityMode.SIGNING_REQUIRED,
                SERVER_GUID));
  }

  @Test
  void shouldIgnoreContextsWhenTheyAreNotRead() {
    NegotiateContext unknown = new NegotiateContext.Unknown(0x0100, new byte[16]);
    NegotiateContext transport = new NegotiateContext.Transport(0);

    agree(LANE, response(unknown, PREAUTH, unknown, transport, ENCRYPTION, SIGNING));
  }

  @Test
  void shouldHaveNoTransformsWhenServerAnswersNone() {
    NegotiateContext none = new NegotiateContext.RdmaTransform(List.of(0));

    assertThat(agree(LANE, response(PREAUTH, ENCRYPTION, SIGNING, none)).rdmaTransforms())
        .isEmpty();
  }

  static Stream<Arguments> tampered() {
    NegotiateContext noHash = new NegotiateContext.PreauthIntegrity(List.of(), new byte[0]);
    NegotiateContext twoHashes = new NegotiateContext.PreauthIntegrity(List.of(1, 1), new byte[0]);
    NegotiateContext otherHash = new NegotiateContext.PreauthIntegrity(List.of(2), new byte[0]);
    return Stream.of(
        bad("NegotiateContextList"),
        bad("NegotiateContextList", ENCRYPTION, SIGNING),
        bad("NegotiateContextList", PREAUTH, PREAUTH, ENCRYPTION, SIGNING),
        bad("NegotiateContextList", noHash, ENCRYPTION, SIGNING),
        bad("HashAlgorithms", twoHashes, ENCRYPTION, SIGNING),
        bad("HashAlgorithms", otherHash, ENCRYPTION, SIGNING),
        bad("NegotiateContextList", PREAUTH, ENCRYPTION, ENCRYPTION, SIGNING),
        bad("NegotiateContextList", PREAUTH, ENCRYPTION, SIGNING, SIGNING),
        bad("NegotiateContextList", PREAUTH, ENCRYPTION, SIGNING, TRANSFORM, TRANSFORM),
        bad("Ciphers", PREAUTH, SIGNING),
        bad("NegotiateContextList", PREAUTH, ciphers(), SIGNING),
        bad("Ciphers", PREAUTH, ciphers(0), SIGNING),
        bad("Ciphers", PREAUTH, ciphers(1), SIGNING),
        bad("Ciphers", PREAUTH, ciphers(9), SIGNING),
        bad("Ciphers", PREAUTH, ciphers(4, 2), SIGNING),
        bad("Ciphers", PREAUTH, ciphers(4, 4), SIGNING),
        bad("SigningAlgorithms", PREAUTH, ENCRYPTION),
        bad("NegotiateContextList", PREAUTH, ENCRYPTION, algorithms()),
        bad("SigningAlgorithms", PREAUTH, ENCRYPTION, algorithms(1)),
        bad("SigningAlgorithms", PREAUTH, ENCRYPTION, algorithms(7)),
        bad("SigningAlgorithms", PREAUTH, ENCRYPTION, algorithms(2, 2)),
        bad("NegotiateContextList", PREAUTH, ENCRYPTION, SIGNING, transforms()),
        bad("RDMATransformIds", PREAUTH, ENCRYPTION, SIGNING, transforms(3)),
        bad("RDMATransformIds", PREAUTH, ENCRYPTION, SIGNING, transforms(1, 0)),
        bad("RDMATransformIds", PREAUTH, ENCRYPTION, SIGNING, transforms(1, 1)),
        bad("RDMATransformIds", PREAUTH, ENCRYPTION, SIGNING, transforms(1, 2, 1)),
        bad(
            "CompressionAlgorithms",
            PREAUTH,
            ENCRYPTION,
            SIGNING,
            new NegotiateContext.Compression(0, List.of(0))));
  }

  @ParameterizedTest
  @MethodSource("tampered")
  void shouldFailWhenContextsAreNoAnswerToTheOffer(String field, List<NegotiateContext> contexts) {
    assertFailed(field, LANE, response(contexts.toArray(NegotiateContext[]::new)));
  }

  @Test
  void shouldFailWhenTransformsAreAnsweredThatWereNotOffered() {
    ClientNegotiation.Settings tcp =
        new ClientNegotiation.Settings(
            LANE.dialects(),
            LANE.ciphers(),
            LANE.signing(),
            Set.of(),
            LANE.encryption(),
            LANE.securityMode(),
            LANE.capabilities(),
            CLIENT_GUID,
            LANE.netname());

    assertFailed("RDMATransformIds", tcp, response(PREAUTH, ENCRYPTION, SIGNING, TRANSFORM));
    assertFailed("RDMATransformIds", tcp, response(PREAUTH, ENCRYPTION, SIGNING, transforms(0)));
  }

  @ParameterizedTest
  @CsvSource({"0x0302", "0x0202", "0x02FF", "0x0310", "0"})
  void shouldFailWhenDialectWasNotOffered(String revision) {
    assertFailed(
        "DialectRevision", LANE, response(Integer.decode(revision), MaxSizes.all(1 << 20)));
  }

  @ParameterizedTest
  @CsvSource({
    "65536, 65536, 65536, ''",
    "65535, 65536, 65536, MaxTransactSize",
    "65536, 65535, 65536, MaxReadSize",
    "65536, 65536, 65535, MaxWriteSize",
    "0, 0, 0, MaxTransactSize",
  })
  void shouldFailWhenServerTakesTooLittle(long transact, long read, long write, String field) {
    NegotiateResponse response =
        response(0x0311, new MaxSizes(transact, read, write), PREAUTH, ENCRYPTION, SIGNING);
    if (field.isEmpty()) {
      assertThat(agree(LANE, response).maxSizes()).isEqualTo(new MaxSizes(transact, read, write));
    } else {
      assertFailed(field, LANE, response);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0x0202, 0x40, HMAC_SHA256, ''",
    "0x0210, 0x40, HMAC_SHA256, ''",
    "0x0300, 0x00, AES_CMAC, ''",
    "0x0300, 0x40, AES_CMAC, AES_128_CCM",
    "0x0302, 0x40, AES_CMAC, AES_128_CCM",
  })
  void shouldFollowTheDialectWhenItHasNoContexts(
      String revision, String capabilities, SigningAlgorithm signing, String cipher) {
    NegotiateResponse response =
        new NegotiateResponse(
            SecurityMode.SIGNING_ENABLED,
            Integer.decode(revision),
            SERVER_GUID,
            new Capabilities(Integer.decode(capabilities)),
            MaxSizes.all(65_536),
            0,
            0,
            new byte[0],
            List.of());
    NegotiatedConnection connection = agree(ANY, response);

    assertThat(connection.signing()).isEqualTo(signing);
    assertThat(connection.cipher().map(CipherId::name).orElse("")).isEqualTo(cipher);
    assertThat(connection.capabilities().has(Capabilities.ENCRYPTION)).isEqualTo(!cipher.isEmpty());
  }

  @Test
  void shouldAcceptNoCipherAndNoSigningContextWhenSettingsAllow() {
    NegotiatedConnection connection =
        agree(ANY, response(PREAUTH, new NegotiateContext.Encryption(List.of(0))));

    assertThat(connection.cipher()).isEmpty();
    assertThat(connection.signing()).isEqualTo(SigningAlgorithm.AES_CMAC);
  }

  @Test
  void shouldRefuseSettingsWhenThereIsNoDialect() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new ClientNegotiation.Settings(
                Set.of(),
                LANE.ciphers(),
                LANE.signing(),
                Set.of(),
                LANE.encryption(),
                LANE.securityMode(),
                LANE.capabilities(),
                CLIENT_GUID,
                Optional.empty()));
  }

  private static Arguments bad(String field, NegotiateContext... contexts) {
    return Arguments.of(field, List.of(contexts));
  }

  private static NegotiateContext ciphers(Integer... ids) {
    return new NegotiateContext.Encryption(List.of(ids));
  }

  private static NegotiateContext algorithms(Integer... ids) {
    return new NegotiateContext.Signing(List.of(ids));
  }

  private static NegotiateContext transforms(Integer... ids) {
    return new NegotiateContext.RdmaTransform(List.of(ids));
  }
}
