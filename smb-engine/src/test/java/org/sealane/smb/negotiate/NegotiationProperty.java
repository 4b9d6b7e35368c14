package org.sealane.smb.negotiate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.TestedCodec;

/** Both sides together, over encoded messages, honest and with a man in the middle. */
class NegotiationProperty {
  private static final TestedCodec<NegotiateRequest> REQUEST = NegotiateRequestCodecTest.CODEC;
  private static final TestedCodec<NegotiateResponse> RESPONSE = NegotiateResponseCodecTest.CODEC;
  private static final Smb2Header HEADER =
      new Smb2Header(0, NtStatus.SUCCESS, Command.NEGOTIATE.code(), 1, 0, 0, 0, 0, 0);

  /** What one side prefers; the other's is drawn independently. */
  record Preference(
      List<CipherId> ciphers, List<SigningAlgorithm> signing, Set<RdmaTransformId> transforms) {}

  @Property(tries = 500)
  void shouldAgreeOnTheSameConnectionWhenNobodyInterferes(
      @ForAll("preferences") Preference client, @ForAll("preferences") Preference server)
      throws Exception {
    ClientNegotiation.Settings offer = client(client);
    byte[] request = REQUEST.encode(HEADER, ClientNegotiation.request(offer, new byte[32]));
    ServerNegotiation.Outcome.Agreed agreed =
        (ServerNegotiation.Outcome.Agreed) decide(server, request);
    byte[] response = RESPONSE.encode(HEADER, agreed.response());
    ClientNegotiation.Outcome outcome = ClientNegotiation.check(offer, RESPONSE.decode(response));

    Optional<CipherId> cipher =
        server.ciphers().stream().filter(client.ciphers()::contains).findFirst();
    Optional<SigningAlgorithm> signing =
        server.signing().stream().filter(client.signing()::contains).findFirst();
    assertThat(agreed.connection().cipher()).isEqualTo(cipher);
    assertThat(agreed.connection().signing()).isEqualTo(signing.orElse(SigningAlgorithm.AES_CMAC));
    if (cipher.isEmpty() || !client.signing().contains(agreed.connection().signing())) {
      assertThat(outcome).isInstanceOf(ClientNegotiation.Outcome.Failed.class);
      return;
    }
    NegotiatedConnection own = ((ClientNegotiation.Outcome.Agreed) outcome).connection();
    assertThat(own.cipher()).isEqualTo(cipher);
    assertThat(own.signing()).isEqualTo(agreed.connection().signing());
    assertThat(own.rdmaTransforms()).isEqualTo(agreed.connection().rdmaTransforms());
    assertThat(own.maxSizes()).isEqualTo(agreed.connection().maxSizes());
    assertThat(own.capabilities()).isEqualTo(agreed.connection().capabilities());
  }

  /** Whatever is made of the request, the client never gets what it did not offer. */
  @Property(tries = 500)
  void shouldStayWithinTheOfferWhenBytesAreChangedInFlight(
      @ForAll("preferences") Preference client,
      @ForAll("preferences") Preference server,
      @ForAll @IntRange(min = 64, max = 300) int offset,
      @ForAll byte change,
      @ForAll boolean changesRequest)
      throws Exception {
    ClientNegotiation.Settings offer = client(client);
    byte[] request = REQUEST.encode(HEADER, ClientNegotiation.request(offer, new byte[32]));
    if (changesRequest) {
      request[offset % request.length] ^= change;
    }
    ServerNegotiation.Outcome decided;
    try {
      decided = decide(server, request);
    } catch (MalformedMessageException e) {
      return;
    }
    if (!(decided instanceof ServerNegotiation.Outcome.Agreed agreed)) {
      return;
    }
    assertThat(agreed.connection().cipher().stream()).allMatch(server.ciphers()::contains);
    byte[] response = RESPONSE.encode(HEADER, agreed.response());
    if (!changesRequest) {
      response[offset % response.length] ^= change;
    }
    ClientNegotiation.Outcome outcome;
    try {
      outcome = ClientNegotiation.check(offer, RESPONSE.decode(response));
    } catch (MalformedMessageException e) {
      return;
    }
    if (outcome instanceof ClientNegotiation.Outcome.Agreed(NegotiatedConnection own)) {
      assertThat(own.dialect()).isEqualTo(Dialect.SMB_3_1_1);
      assertThat(own.cipher()).isPresent();
      assertThat(client.ciphers()).contains(own.cipher().get());
      assertThat(client.signing()).contains(own.signing());
      assertThat(client.transforms()).containsAll(own.rdmaTransforms());
    }
  }

  private static ServerNegotiation.Outcome decide(Preference server, byte[] request)
      throws MalformedMessageException {
    ServerNegotiation.Settings settings =
        new ServerNegotiation.Settings(
            Set.of(Dialect.SMB_3_1_1),
            server.ciphers(),
            server.signing(),
            server.transforms(),
            SecurityMode.SIGNING_REQUIRED,
            new Capabilities(Capabilities.LARGE_MTU),
            MaxSizes.all(8 << 20),
            new UUID(3, 4),
            new byte[] {1, 2, 3});
    return ServerNegotiation.decide(
        HEADER,
        REQUEST.decode(request),
        Optional.empty(),
        settings,
        new ServerNegotiation.Fresh(new byte[32], 5));
  }

  private static ClientNegotiation.Settings client(Preference client) {
    return new ClientNegotiation.Settings(
        Set.of(Dialect.SMB_3_1_1),
        client.ciphers(),
        client.signing(),
        client.transforms(),
        ClientNegotiation.Encryption.REQUIRED,
        SecurityMode.SIGNING_REQUIRED,
        new Capabilities(Capabilities.LARGE_MTU | Capabilities.ENCRYPTION),
        new UUID(1, 2),
        Optional.of("node-b"));
  }

  @Provide
  Arbitrary<Preference> preferences() {
    return Combinators.combine(
            someOf(List.of(CipherId.values())),
            someOf(List.of(SigningAlgorithm.values())),
            Arbitraries.of(RdmaTransformId.class).set())
        .as((ciphers, signing, transforms) -> {
          Set<RdmaTransformId> known = EnumSet.noneOf(RdmaTransformId.class);
          known.addAll(transforms);
          return new Preference(ciphers, signing, known);
        });
  }

  /** At least one of the values, in any order. */
  private static <T> Arbitrary<List<T>> someOf(List<T> values) {
    return Arbitraries.shuffle(values)
        .flatMap(shuffled ->
            Arbitraries.integers()
                .between(1, shuffled.size())
                .map(count -> new ArrayList<>(shuffled.subList(0, count))));
  }
}
