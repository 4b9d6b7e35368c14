package org.sealane.smb.auth.ntlm;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.MechanismOid;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SecurityContext.Step;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.auth.Spnego;
import org.sealane.smb.auth.Spnego.Token.NegTokenInit;
import org.sealane.smb.auth.Spnego.Token.NegTokenResp;

/** Both sides of an authentication against each other, and against what may be done to it. */
class NtlmExchangeTest {
  private static final byte[] NOTHING = {};
  private final AtomicLong nanos = new AtomicLong();
  private final NtlmMechanism mechanism =
      new NtlmMechanism(
          "node1",
          name ->
              name.equalsIgnoreCase("Anna")
                  ? Optional.of(new UserAccounts.Account("anna", NtHash.of("secret".toCharArray())))
                  : Optional.empty(),
          new LogonThrottle(LogonLimits.DEFAULT, nanos::get),
          InstantSource.fixed(Instant.EPOCH),
          new SecureRandom());

  private SecurityContext acceptor(String address) {
    return mechanism.acceptor(new InetSocketAddress(address, 445));
  }

  private static SecurityContext initiator(String user, String password) {
    return NtlmMechanism.initiator(user, "", NtHash.of(password.toCharArray()), new SecureRandom());
  }

  /** What both sides came to. */
  private record Ends(Step initiator, Step acceptor) {
    String acceptorReason() {
      return ((Step.Refused) acceptor).reason();
    }
  }

  private static Ends run(
      SecurityContext initiator, SecurityContext acceptor, List<UnaryOperator<byte[]>> changes) {
    Step own = initiator.next(NOTHING);
    Step answer = null;
    int sent = 0;
    while (own instanceof Step.Continue go) {
      answer = acceptor.next(change(changes, sent++, go.token()));
      if (answer instanceof Step.Refused) {
        return new Ends(own, answer);
      }
      byte[] back =
          answer instanceof Step.Continue next ? next.token() : ((Step.Complete) answer).token();
      own = initiator.next(change(changes, sent++, back));
    }
    return new Ends(own, answer);
  }

  private static byte[] change(List<UnaryOperator<byte[]>> changes, int index, byte[] token) {
    return index < changes.size() ? changes.get(index).apply(token) : token;
  }

  private Ends logon(String user, String password) {
    return logon(user, password, "127.0.0.1");
  }

  private Ends logon(String user, String password, String address) {
    return run(initiator(user, password), acceptor(address), List.of());
  }

  private static byte[] key(Step step) {
    return ((Step.Complete) step).sessionKey().use(byte[]::clone);
  }

  @Test
  void shouldAgreeOnAKeyWhenThePasswordIsRight() {
    Ends ends = logon("ANNA", "secret");

    assertThat(key(ends.initiator())).hasSize(16).isEqualTo(key(ends.acceptor()));
    assertThat(((Step.Complete) ends.acceptor()).peer()).isEqualTo(new Principal.User("anna"));
    assertThat(((Step.Complete) ends.initiator()).peer()).isEqualTo(new Principal.Server("NODE1"));
  }

  @Test
  void shouldMakeAnotherKeyEachTime() {
    assertThat(key(logon("anna", "secret").acceptor()))
        .isNotEqualTo(key(logon("anna", "secret").acceptor()));
  }

  @Test
  void shouldTellThePeerTheSameWhateverIsWrong() {
    Step wrongPassword = logon("anna", "guess").acceptor();
    Step noUser = logon("nobody", "guess").acceptor();

    assertThat(((Step.Refused) wrongPassword).token()).isEmpty();
    assertThat(((Step.Refused) noUser).token()).isEmpty();
    assertThat(((Step.Refused) wrongPassword).reason()).contains("wrong password for user anna");
    assertThat(((Step.Refused) noUser).reason()).contains("no user 'nobody'");
  }

  @Test
  void shouldRefuseAnonymousAndControlCharactersOfTheirNames() {
    assertThat(logon("", "").acceptorReason()).contains("anonymous");
    assertThat(logon("a\nb", "x").acceptorReason()).contains("'a?b'").doesNotContain("\n");
  }

  @Test
  void shouldNoticeWhenAnyByteOfAnyTokenIsChanged() {
    List<byte[]> tokens = new ArrayList<>();
    UnaryOperator<byte[]> keep =
        token -> {
          tokens.add(token);
          return token;
        };
    run(initiator("anna", "secret"), acceptor("127.0.0.1"), List.of(keep, keep, keep, keep));

    assertThat(tokens).hasSize(4);
    int unnoticed = 0;
    for (int message = 0; message < tokens.size(); message++) {
      for (int at = 0; at < tokens.get(message).length; at++) {
        int position = at;
        List<UnaryOperator<byte[]>> changes = new ArrayList<>();
        for (int i = 0; i < message; i++) {
          changes.add(UnaryOperator.identity());
        }
        changes.add(token -> {
          byte[] changed = token.clone();
          if (position < changed.length) {
            changed[position] ^= 0x01;
          }
          return changed;
        });
        // From an address of its own, so that no back-off hides what is tested.
        String address = "10.%d.%d.%d".formatted(message, at >> 8, at & 0xFF);
        nanos.addAndGet(Duration.ofHours(2).toNanos());
        Ends ends = run(initiator("anna", "secret"), acceptor(address), changes);
        if (ends.initiator() instanceof Step.Complete && ends.acceptor() instanceof Step.Complete) {
          unnoticed++;
        }
      }
    }
    // Only the state byte of the challenge's negTokenResp may turn into one that says the same.
    assertThat(unnoticed).isLessThanOrEqualTo(1);
  }

  @Nested
  class Mechanisms {
    private static final List<MechanismOid> KERBEROS_FIRST =
        List.of(MechanismOid.KERBEROS, MechanismOid.NTLM);

    @Test
    void shouldAskForAMicWhenTheFirstMechanismIsPassedOver() throws Exception {
      SecurityContext acceptor = acceptor("127.0.0.1");

      Step step = acceptor.next(Spnego.encode(new NegTokenInit(KERBEROS_FIRST, NOTHING, NOTHING)));

      NegTokenResp answer = (NegTokenResp) Spnego.decode(((Step.Continue) step).token());
      assertThat(answer.negState()).contains(Spnego.NegState.REQUEST_MIC);
      assertThat(answer.supportedMech()).contains(MechanismOid.NTLM);
    }

    @Test
    void shouldRefuseWhenTheMicIsOverAnotherList() {
      // Someone has put Kerberos in front; the client signs its own list, of NTLM alone.
      UnaryOperator<byte[]> kerberosInFront =
          token -> Spnego.encode(new NegTokenInit(KERBEROS_FIRST, NOTHING, NOTHING));
      SecurityContext initiator = initiator("anna", "secret");
      SecurityContext acceptor = acceptor("127.0.0.1");
      byte[] first = ((Step.Continue) initiator.next(NOTHING)).token();
      acceptor.next(kerberosInFront.apply(first));
      byte[] negotiate = NegotiateMessageCodec.encode(new NegotiateMessage(NtlmFlags.REQUIRED));
      Step challenge =
          acceptor.next(
              Spnego.encode(
                  new NegTokenResp(Optional.empty(), Optional.empty(), negotiate, NOTHING)));
      Step proof = initiator.next(((Step.Continue) challenge).token());
      Step end = acceptor.next(((Step.Continue) proof).token());

      assertThat(end).isInstanceOf(Step.Refused.class);
    }

    @Test
    void shouldRefuseWhenNtlmIsNotAmongThem() {
      Step step =
          acceptor("127.0.0.1")
              .next(
                  Spnego.encode(
                      new NegTokenInit(List.of(MechanismOid.KERBEROS), NOTHING, NOTHING)));

      assertThat(step).isInstanceOf(Step.Refused.class);
    }

    @Test
    void shouldRefuseWhenKeyExchangeIsNotOffered() {
      byte[] weak =
          NegotiateMessageCodec.encode(
              new NegotiateMessage(NtlmFlags.REQUIRED & ~NtlmFlags.KEY_EXCHANGE));
      Step step =
          acceptor("127.0.0.1")
              .next(Spnego.encode(new NegTokenInit(List.of(MechanismOid.NTLM), weak, NOTHING)));

      assertThat(((Step.Refused) step).reason()).contains("key exchange");
    }
  }

  /** Clients that send no SPNEGO. */
  @Nested
  class Bare {
    private final SecurityContext initiator = initiator("anna", "secret");
    private final SecurityContext acceptor = acceptor("127.0.0.1");

    private byte[] negotiate() throws Exception {
      byte[] token = ((Step.Continue) initiator.next(NOTHING)).token();
      return ((NegTokenInit) Spnego.decode(token)).mechToken();
    }

    /** The client's proof, made of the bare challenge. */
    private byte[] authenticate(Step challenge) throws Exception {
      byte[] inSpnego =
          Spnego.encode(
              new NegTokenResp(
                  Optional.of(Spnego.NegState.ACCEPT_INCOMPLETE),
                  Optional.of(MechanismOid.NTLM),
                  ((Step.Continue) challenge).token(),
                  NOTHING));
      byte[] proof = ((Step.Continue) initiator.next(inSpnego)).token();
      return ((NegTokenResp) Spnego.decode(proof)).responseToken();
    }

    @Test
    void shouldAnswerWithoutSpnegoWhenTheClientSendsNone() throws Exception {
      Step end = acceptor.next(authenticate(acceptor.next(negotiate())));

      assertThat(((Step.Complete) end).peer()).isEqualTo(new Principal.User("anna"));
      assertThat(((Step.Complete) end).token()).isEmpty();
      assertThat(key(end)).hasSize(16);
    }

    @Test
    void shouldRefuseWhenTheProofWasChanged() throws Exception {
      byte[] proof = authenticate(acceptor.next(negotiate()));
      proof[proof.length - 1] ^= 1;

      assertThat(acceptor.next(proof)).isInstanceOf(Step.Refused.class);
    }

    @Test
    void shouldRefuseWhenTheClientChangesItsManner() throws Exception {
      acceptor.next(negotiate());
      Step end =
          acceptor.next(
              Spnego.encode(new NegTokenInit(List.of(MechanismOid.NTLM), NOTHING, NOTHING)));

      assertThat(((Step.Refused) end).reason()).contains("malformed");
    }
  }

  @Nested
  class Guessing {
    @Test
    void shouldBackOffAndThenLockOutWhoGuessesFromOneAddress() {
      for (int i = 0; i < 3; i++) {
        assertThat(logon("anna", "guess").acceptorReason()).contains("wrong password");
      }
      assertThat(logon("anna", "secret").acceptor()).isInstanceOf(Step.Complete.class);
      for (int i = 0; i < 4; i++) {
        assertThat(logon("anna", "guess").acceptorReason()).contains("wrong password");
      }
      assertThat(logon("anna", "secret").acceptorReason()).contains("locked out");
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      assertThat(logon("anna", "guess").acceptorReason()).contains("wrong password");
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      assertThat(logon("anna", "secret").acceptorReason()).contains("locked out");
      assertThat(logon("anna", "secret", "127.0.0.2").acceptor()).isInstanceOf(Step.Complete.class);
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      assertThat(logon("anna", "secret").acceptor()).isInstanceOf(Step.Complete.class);
    }

    @Test
    void shouldLockTheAccountWhenItIsGuessedFromManyAddresses() {
      for (int i = 0; i < LogonLimits.DEFAULT.accountFailures(); i++) {
        logon("anna", "guess", "10.0.0." + i);
      }

      assertThat(logon("anna", "secret").acceptorReason()).contains("locked out");
      nanos.addAndGet(LogonLimits.DEFAULT.accountWindow().toNanos());
      assertThat(logon("anna", "secret").acceptor()).isInstanceOf(Step.Complete.class);
    }

    @Test
    void shouldNotDelayLongerThanTheLimitWhenFailuresGoOn() {
      for (int i = 0; i < 60; i++) {
        logon("anna", "guess");
        nanos.addAndGet(LogonLimits.DEFAULT.longestDelay().toNanos());
      }

      assertThat(logon("anna", "secret").acceptor()).isInstanceOf(Step.Complete.class);
    }
  }

  @Test
  void shouldDestroyTheHashWhenTheInitiatorIsClosed() {
    SessionSecret hash = NtHash.of("secret".toCharArray());
    NtlmMechanism.initiator("anna", "", hash, new SecureRandom()).close();

    assertThat(hash.toString()).contains("destroyed");
  }
}
