package org.sealane.smb.negotiate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

class ServerNegotiationTest {
  private static final UUID CLIENT_GUID = new UUID(1, 2);
  private static final UUID SERVER_GUID = new UUID(3, 4);
  private static final ServerNegotiation.Fresh FRESH =
      new ServerNegotiation.Fresh(new byte[] {9, 8, 7}, 0x01DB_C20C_BAB5_8000L);
  private static final NegotiateContext PREAUTH =
      new NegotiateContext.PreauthIntegrity(List.of(1), new byte[32]);
  private static final int ALL_CAPABILITIES = 0xFF;

  private static ServerNegotiation.Settings lane(
      List<CipherId> ciphers, List<SigningAlgorithm> signing, Set<RdmaTransformId> transforms) {
    return settings(Set.of(Dialect.SMB_3_1_1), ciphers, signing, transforms);
  }

  private static ServerNegotiation.Settings settings(
      Set<Dialect> dialects,
      List<CipherId> ciphers,
      List<SigningAlgorithm> signing,
      Set<RdmaTransformId> transforms) {
    return new ServerNegotiation.Settings(
        dialects,
        ciphers,
        signing,
        transforms,
        SecurityMode.SIGNING_REQUIRED,
        new Capabilities(ALL_CAPABILITIES),
        MaxSizes.all(8 << 20),
        SERVER_GUID,
        new byte[] {0x60});
  }

  private static final ServerNegotiation.Settings LANE =
      lane(
          List.of(CipherId.AES_128_GCM, CipherId.AES_256_GCM),
          List.of(SigningAlgorithm.AES_GMAC, SigningAlgorithm.AES_CMAC),
          Set.of());

  private static NegotiateRequest request(NegotiateContext... contexts) {
    return request(List.of(0x0311), contexts);
  }

  private static NegotiateRequest request(List<Integer> dialects, NegotiateContext... contexts) {
    return new NegotiateRequest(
        SecurityMode.SIGNING_ENABLED,
        new Capabilities(Capabilities.LARGE_MTU | Capabilities.ENCRYPTION),
        CLIENT_GUID,
        dialects,
        List.of(contexts));
  }

  private static Smb2Header header(int flags) {
    return new Smb2Header(0, NtStatus.SUCCESS, Command.NEGOTIATE.code(), 1, flags, 0, 0, 0, 0);
  }

  private static ServerNegotiation.Outcome decide(
      ServerNegotiation.Settings settings, NegotiateRequest request) {
    return ServerNegotiation.decide(header(0), request, Optional.empty(), settings, FRESH);
  }

  private static ServerNegotiation.Outcome.Agreed agree(
      ServerNegotiation.Settings settings, NegotiateRequest request) {
    ServerNegotiation.Outcome outcome = decide(settings, request);
    assertThat(outcome).isInstanceOf(ServerNegotiation.Outcome.Agreed.class);
    return (ServerNegotiation.Outcome.Agreed) outcome;
  }

  private static void assertRefused(ServerNegotiation.Outcome outcome, NtStatus status) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            ServerNegotiation.Outcome.Refused.class,
            refused -> {
              assertThat(refused.status()).isEqualTo(status);
              assertThat(refused.reason()).isNotBlank();
            });
  }

  @Test
  void shouldAnswerEveryContextItKnowsWhenAllAreOffered() {
    ServerNegotiation.Settings settings =
        lane(
            List.of(CipherId.AES_256_GCM),
            List.of(SigningAlgorithm.AES_GMAC),
            EnumSet.allOf(RdmaTransformId.class));
    ServerNegotiation.Outcome.Agreed agreed =
        agree(
            settings,
            request(
                new NegotiateContext.Signing(List.of(2, 1)),
                new NegotiateContext.Netname("b"),
                new NegotiateContext.RdmaTransform(List.of(2, 1)),
                new NegotiateContext.Encryption(List.of(2, 4)),
                new NegotiateContext.Compression(0, List.of(4)),
                new NegotiateContext.Transport(1),
                new NegotiateContext.Unknown(0x0100, new byte[16]),
                PREAUTH));

    NegotiateResponse response = agreed.response();
    assertThat(response.contexts()).hasSize(4);
    assertThat(response.contexts().getFirst())
        .isInstanceOfSatisfying(
            NegotiateContext.PreauthIntegrity.class,
            context -> {
              assertThat(context.hashAlgorithms()).containsExactly(1);
              assertThat(context.salt()).containsExactly(9, 8, 7);
            });
    assertThat(response.contexts())
        .contains(
            new NegotiateContext.Encryption(List.of(4)),
            new NegotiateContext.Signing(List.of(2)),
            new NegotiateContext.RdmaTransform(List.of(1, 2)));
    assertThat(response.dialectRevision()).isEqualTo(0x0311);
    assertThat(response.securityMode()).isEqualTo(SecurityMode.SIGNING_REQUIRED);
    assertThat(response.serverGuid()).isEqualTo(SERVER_GUID);
    assertThat(response.maxSizes()).isEqualTo(MaxSizes.all(8 << 20));
    assertThat(response.systemTime()).isEqualTo(FRESH.systemTime());
    assertThat(response.serverStartTime()).isZero();
    assertThat(response.securityBuffer()).containsExactly(0x60);

    assertThat(agreed.connection())
        .isEqualTo(
            new NegotiatedConnection(
                Dialect.SMB_3_1_1,
                Optional.of(CipherId.AES_256_GCM),
                SigningAlgorithm.AES_GMAC,
                EnumSet.allOf(RdmaTransformId.class),
                MaxSizes.all(8 << 20),
                new Capabilities(
                    Capabilities.DFS
                        | Capabilities.LEASING
                        | Capabilities.LARGE_MTU
                        | Capabilities.ENCRYPTION),
                new Capabilities(Capabilities.LARGE_MTU | Capabilities.ENCRYPTION),
                SecurityMode.SIGNING_ENABLED,
                CLIENT_GUID));
  }

  @Test
  void shouldAnswerOnlyPreauthIntegrityWhenNothingElseIsOffered() {
    ServerNegotiation.Outcome.Agreed agreed = agree(LANE, request(PREAUTH));

    assertThat(agreed.response().contexts()).hasSize(1);
    assertThat(agreed.connection().cipher()).isEmpty();
    assertThat(agreed.connection().signing()).isEqualTo(SigningAlgorithm.AES_CMAC);
    assertThat(agreed.connection().rdmaTransforms()).isEmpty();
  }

  @Nested
  class Ciphers {
    /** The ids of the server, of the client, of the answer. */
    @ParameterizedTest
    @CsvSource({
      "2,   2,       2",
      "2,   1 2 3 4, 2",
      "2 4, 4 2,     2",
      "4 2, 2 4,     4",
      "4 2, 2,       2",
      "4,   2,       0",
      "4,   9 0,     0",
      "4,   9 4,     4",
      "'',  2 4,     0",
    })
    void shouldTakeTheFirstOfItsOwnListWhenClientOffersIt(
        String own, String offered, int answered) {
      List<CipherId> ciphers = ids(own).stream().map(id -> CipherId.ofId(id).get()).toList();
      ServerNegotiation.Outcome.Agreed agreed =
          agree(
              lane(ciphers, List.of(SigningAlgorithm.AES_GMAC), Set.of()),
              request(PREAUTH, new NegotiateContext.Encryption(ids(offered))));

      assertThat(agreed.response().contexts())
          .contains(new NegotiateContext.Encryption(List.of(answered)));
      assertThat(agreed.connection().cipher()).isEqualTo(CipherId.ofId(answered));
    }

    @Test
    void shouldSetTheCapabilityOnTheConnectionOnlyWhenDialectIs311() {
      ServerNegotiation.Outcome.Agreed agreed =
          agree(LANE, request(PREAUTH, new NegotiateContext.Encryption(List.of(2))));

      assertThat(agreed.response().capabilities().has(Capabilities.ENCRYPTION)).isFalse();
      assertThat(agreed.connection().capabilities().has(Capabilities.ENCRYPTION)).isTrue();
    }

    @Test
    void shouldNotSetTheCapabilityWhenThereIsNoCipher() {
      ServerNegotiation.Outcome.Agreed agreed =
          agree(LANE, request(PREAUTH, new NegotiateContext.Encryption(List.of(1))));

      assertThat(agreed.connection().capabilities().has(Capabilities.ENCRYPTION)).isFalse();
    }
  }

  @Nested
  class Signing {
    @ParameterizedTest
    @CsvSource({
      "2,     2 1 0, 2",
      "2 1 0, 0 1,   1",
      "0 1 2, 2 1 0, 0",
      "2,     1,     1",
      "2,     0,     1",
      "0,     7,     1",
    })
    void shouldTakeTheFirstOfItsOwnListOrCmacWhenContextIsPresent(
        String own, String offered, int answered) {
      List<SigningAlgorithm> algorithms =
          ids(own).stream().map(id -> SigningAlgorithm.ofId(id).get()).toList();
      ServerNegotiation.Outcome.Agreed agreed =
          agree(
              lane(List.of(CipherId.AES_128_GCM), algorithms, Set.of()),
              request(PREAUTH, new NegotiateContext.Signing(ids(offered))));

      assertThat(agreed.response().contexts())
          .contains(new NegotiateContext.Signing(List.of(answered)));
      assertThat(agreed.connection().signing().id()).isEqualTo(answered);
    }
  }

  @Nested
  class RdmaTransforms {
    @ParameterizedTest
    @CsvSource({
      "1 2, 1 2, 1 2",
      "1 2, 2 1, 1 2",
      "1,   1 2, 1",
      "2,   2,   2",
      "1,   2,   0",
      "1,   0,   0",
      "1,   1 1, 1",
      "1,   7,   0",
    })
    void shouldAnswerTheCommonOnesOrNoneWhenOffered(String own, String offered, String answered) {
      Set<RdmaTransformId> transforms = EnumSet.noneOf(RdmaTransformId.class);
      ids(own).forEach(id -> transforms.add(RdmaTransformId.ofId(id).get()));
      ServerNegotiation.Outcome.Agreed agreed =
          agree(
              lane(LANE.ciphers(), LANE.signing(), transforms),
              request(PREAUTH, new NegotiateContext.RdmaTransform(ids(offered))));

      assertThat(agreed.response().contexts())
          .contains(new NegotiateContext.RdmaTransform(ids(answered)));
      assertThat(agreed.connection().rdmaTransforms().stream().map(RdmaTransformId::id).sorted())
          .isEqualTo(ids(answered).stream().filter(id -> id != 0).toList());
    }

    @Test
    void shouldNotAnswerWhenTheTransportHasNone() {
      ServerNegotiation.Outcome.Agreed agreed =
          agree(LANE, request(PREAUTH, new NegotiateContext.RdmaTransform(List.of(1, 2))));

      assertThat(agreed.response().contexts()).hasSize(1);
      assertThat(agreed.connection().rdmaTransforms()).isEmpty();
    }
  }

  @Nested
  class Refusals {
    static Stream<Arguments> badContexts() {
      NegotiateContext encryption = new NegotiateContext.Encryption(List.of(2));
      NegotiateContext compression = new NegotiateContext.Compression(0, List.of(1));
      NegotiateContext transforms = new NegotiateContext.RdmaTransform(List.of(1));
      NegotiateContext signing = new NegotiateContext.Signing(List.of(2));
      NegotiateContext noHash = new NegotiateContext.PreauthIntegrity(List.of(), new byte[32]);
      return Stream.of(
          Arguments.of("no contexts", List.of()),
          Arguments.of("no preauth", List.of(encryption, signing)),
          Arguments.of("two preauth", List.of(PREAUTH, PREAUTH)),
          Arguments.of("no hash", List.of(noHash)),
          Arguments.of("two encryption", List.of(PREAUTH, encryption, encryption)),
          Arguments.of("two compression", List.of(PREAUTH, compression, compression)),
          Arguments.of("two RDMA", List.of(PREAUTH, transforms, transforms)),
          Arguments.of("two signing", List.of(signing, PREAUTH, signing)),
          Arguments.of("no cipher", List.of(PREAUTH, new NegotiateContext.Encryption(List.of()))),
          Arguments.of(
              "no compression", List.of(PREAUTH, new NegotiateContext.Compression(0, List.of()))),
          Arguments.of(
              "no transform", List.of(PREAUTH, new NegotiateContext.RdmaTransform(List.of()))),
          Arguments.of("no algorithm", List.of(PREAUTH, new NegotiateContext.Signing(List.of()))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badContexts")
    void shouldRefuseWithInvalidParameterWhenContextsBreakARule(
        String rule, List<NegotiateContext> contexts) {
      assertRefused(
          decide(LANE, request(contexts.toArray(NegotiateContext[]::new))),
          NtStatus.INVALID_PARAMETER);
    }

    @Test
    void shouldIgnoreDuplicatesWhenTheContextIsNotRead() {
      NegotiateContext netname = new NegotiateContext.Netname("b");
      NegotiateContext unknown = new NegotiateContext.Unknown(0x7777, new byte[0]);

      agree(LANE, request(PREAUTH, netname, netname, unknown, unknown));
    }

    @Test
    void shouldRefuseWhenNoHashIsCommon() {
      assertRefused(
          decide(LANE, request(new NegotiateContext.PreauthIntegrity(List.of(2, 3), new byte[32]))),
          NtStatus.SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP);
    }

    @Test
    void shouldAcceptWhenSha512IsAmongOtherHashes() {
      agree(LANE, request(new NegotiateContext.PreauthIntegrity(List.of(2, 1), new byte[0])));
    }

    @Test
    void shouldRefuseWithInvalidParameterWhenNoDialectIsOffered() {
      assertRefused(decide(LANE, request(List.of())), NtStatus.INVALID_PARAMETER);
    }

    @Test
    void shouldRefuseWithNotSupportedWhenNoDialectIsCommon() {
      assertRefused(
          decide(LANE, request(List.of(0x0202, 0x0210, 0x0300, 0x0302, 0x02FF, 0xFFFF))),
          NtStatus.NOT_SUPPORTED);
    }

    @Test
    void shouldRefuseWithInvalidParameterWhenRequestIsSigned() {
      assertRefused(
          ServerNegotiation.decide(
              header(HeaderFlags.SIGNED), request(PREAUTH), Optional.empty(), LANE, FRESH),
          NtStatus.INVALID_PARAMETER);
    }

    @Test
    void shouldDisconnectWhenConnectionIsNegotiatedAlready() {
      Optional<NegotiatedConnection> current =
          Optional.of(agree(LANE, request(PREAUTH)).connection());
      for (int flags : new int[] {0, HeaderFlags.SIGNED}) {
        assertThat(ServerNegotiation.decide(header(flags), request(PREAUTH), current, LANE, FRESH))
            .isInstanceOf(ServerNegotiation.Outcome.Disconnect.class);
      }
    }
  }

  @Nested
  class Dialects {
    private final ServerNegotiation.Settings any =
        settings(
            EnumSet.allOf(Dialect.class),
            List.of(CipherId.AES_128_GCM, CipherId.AES_128_CCM),
            List.of(SigningAlgorithm.AES_GMAC),
            Set.of());

    @ParameterizedTest
    @CsvSource({
      "0202,                0202, HMAC_SHA256, ''",
      "0202 0210,           0210, HMAC_SHA256, ''",
      "0300 0210 0202,      0300, AES_CMAC,    AES_128_CCM",
      "0202 0302 0300,      0302, AES_CMAC,    AES_128_CCM",
      "FFFF 02FF 0210,      0210, HMAC_SHA256, ''",
    })
    void shouldTakeTheGreatestCommonOneWhenServerSpeaksSeveral(
        String offered, String chosen, SigningAlgorithm signing, String cipher) {
      ServerNegotiation.Outcome.Agreed agreed = agree(any, request(revisions(offered)));

      assertThat(agreed.response().dialectRevision()).isEqualTo(Integer.parseInt(chosen, 16));
      assertThat(agreed.response().contexts()).isEmpty();
      assertThat(agreed.connection().signing()).isEqualTo(signing);
      assertThat(agreed.connection().cipher().map(CipherId::name).orElse("")).isEqualTo(cipher);
      assertThat(agreed.response().capabilities()).isEqualTo(agreed.connection().capabilities());
    }

    @Test
    void shouldLimitSizesToOneCreditWhenDialectIs202() {
      assertThat(agree(any, request(List.of(0x0202))).response().maxSizes())
          .isEqualTo(MaxSizes.all(65_536));
      assertThat(agree(any, request(List.of(0x0210))).response().maxSizes())
          .isEqualTo(MaxSizes.all(8 << 20));
    }

    /** All bits are set in the server; the client has the bits given. */
    @ParameterizedTest
    @CsvSource({
      "0202, FF, 01",
      "0210, FF, 07",
      "0300, FF, 7F",
      "0302, 00, 07",
      "0302, 08, 0F",
      "0302, 40, 47",
      "0311, FF, BF",
      "0311, 00, 07",
      "0311, 80, 87",
    })
    void shouldAnswerTheCapabilitiesOfTheDialectWhenBothHaveThem(
        String dialect, String client, String answered) {
      int revision = Integer.parseInt(dialect, 16);
      List<NegotiateContext> contexts = new ArrayList<>();
      if (revision == 0x0311) {
        contexts.add(PREAUTH);
        contexts.add(new NegotiateContext.Encryption(List.of(2)));
      }
      NegotiateRequest request =
          new NegotiateRequest(
              SecurityMode.SIGNING_ENABLED,
              new Capabilities(Integer.parseInt(client, 16)),
              CLIENT_GUID,
              List.of(revision),
              contexts);

      assertThat(agree(any, request).response().capabilities().bits())
          .isEqualTo(Integer.parseInt(answered, 16));
    }

    private static List<Integer> revisions(String text) {
      return Stream.of(text.split(" ")).map(word -> Integer.parseInt(word, 16)).toList();
    }
  }

  @Test
  void shouldRefuseSettingsWhenTheyCanNotWork() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(Set.of(), LANE.ciphers(), LANE.signing(), Set.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new ServerNegotiation.Settings(
                LANE.dialects(),
                LANE.ciphers(),
                LANE.signing(),
                LANE.rdmaTransforms(),
                LANE.securityMode(),
                LANE.capabilities(),
                new MaxSizes(1 << 20, 65_535, 1 << 20),
                SERVER_GUID,
                new byte[0]));
  }

  private static List<Integer> ids(String text) {
    return text.isBlank() ? List.of() : Stream.of(text.split(" ")).map(Integer::valueOf).toList();
  }
}
