package org.sealane.smb.auth.ntlm;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealane.smb.auth.MechanismOid;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.auth.Spnego;
import org.sealane.smb.auth.Spnego.NegState;
import org.sealane.smb.auth.Spnego.Token.NegTokenInit;
import org.sealane.smb.auth.Spnego.Token.NegTokenResp;
import org.sealane.smb.io.fscc.Filetime;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * The server's side of one NTLMv2 authentication in SPNEGO, [MS-NLMP] 3.2.5, [RFC 4178] 5.
 *
 * <p>States: {@code START -> (MECHANISM ->) CHALLENGED -> ENDED}, and from each of them to ENDED.
 * MECHANISM is entered where the client's first choice was another mechanism, so that what it sent
 * for that one is not ours to read.
 */
final class NtlmAcceptor implements SecurityContext {
  private static final byte[] NOTHING = {};

  /** NetBIOS names have no more, [MS-NLMP] 2.2.2.1. */
  private static final int NETBIOS_NAME_LENGTH = 15;

  private static final int PROOF_LENGTH = 16;

  private sealed interface State {
    record Start() implements State {}

    record Mechanism(List<MechanismOid> mechTypes) implements State {}

    record Challenged(
        List<MechanismOid> mechTypes, byte[] negotiate, byte[] challenge, byte[] serverChallenge)
        implements State {}

    record Ended() implements State {}
  }

  private final NtlmMechanism.AcceptorSettings settings;
  private final InetAddress peer;
  private State state = new State.Start();

  NtlmAcceptor(NtlmMechanism.AcceptorSettings settings, InetAddress peer) {
    this.settings = settings;
    this.peer = peer;
  }

  /** Refuses a token. Carries no stack: peers cause it at will. */
  private static final class Refusal extends Exception {
    Refusal(String reason) {
      super(reason, null, false, false);
    }
  }

  @Override
  public Step next(byte[] token) {
    State before = state;
    state = new State.Ended();
    try {
      return switch (Spnego.decode(token)) {
        case NegTokenInit init when before instanceof State.Start -> begin(init);
        case NegTokenResp resp when before instanceof State.Mechanism mechanism ->
            challenge(mechanism.mechTypes(), resp.responseToken(), false);
        case NegTokenResp resp when before instanceof State.Challenged challenged ->
            authenticate(challenged, resp);
        case NegTokenInit _, NegTokenResp _ -> throw new Refusal("a token out of turn");
      };
    } catch (MalformedMessageException e) {
      return refused("a malformed security token: " + e.getMessage());
    } catch (Refusal e) {
      return refused(e.getMessage());
    }
  }

  private Step begin(NegTokenInit init) throws Refusal, MalformedMessageException {
    if (!init.mechTypes().contains(MechanismOid.NTLM)) {
      throw new Refusal("only NTLM is served here");
    }
    if (init.mechListMic().length > 0) {
      throw new Refusal("a mechListMIC before there are keys");
    }
    boolean first = init.mechTypes().getFirst().equals(MechanismOid.NTLM);
    if (first && init.mechToken().length > 0) {
      return challenge(init.mechTypes(), init.mechToken(), true);
    }
    state = new State.Mechanism(init.mechTypes());
    // [RFC 4178] 5: where the first choice is passed over, the list must be confirmed by a MIC.
    NegState negState = first ? NegState.ACCEPT_INCOMPLETE : NegState.REQUEST_MIC;
    return new Step.Continue(response(negState, true, NOTHING, NOTHING));
  }

  private Step challenge(List<MechanismOid> mechTypes, byte[] token, boolean first)
      throws Refusal, MalformedMessageException {
    NegotiateMessage negotiate = NegotiateMessageCodec.decode(token);
    if (!NtlmFlags.has(negotiate.flags(), NtlmFlags.REQUIRED)) {
      throw new Refusal("the client does not offer NTLMv2 with 128-bit keys and key exchange");
    }
    byte[] serverChallenge = new byte[ChallengeMessage.CHALLENGE_LENGTH];
    settings.random().nextBytes(serverChallenge);
    int flags =
        NtlmFlags.REQUIRED
            | NtlmFlags.TARGET_INFO
            | NtlmFlags.TARGET_TYPE_SERVER
            | NtlmFlags.REQUEST_TARGET
            | NtlmFlags.ALWAYS_SIGN
            | negotiate.flags() & NtlmFlags.VERSION;
    byte[] challenge =
        ChallengeMessageCodec.encode(
            new ChallengeMessage(flags, netbiosName(), serverChallenge, targetInfo()));
    state = new State.Challenged(mechTypes, token, challenge, serverChallenge);
    return new Step.Continue(response(NegState.ACCEPT_INCOMPLETE, first, challenge, NOTHING));
  }

  private String netbiosName() {
    String name = NtlmCrypto.upperCase(settings.serverName());
    return name.substring(0, Math.min(name.length(), NETBIOS_NAME_LENGTH));
  }

  private byte[] targetInfo() {
    byte[] netbios = utf16(netbiosName());
    byte[] dns = utf16(settings.serverName());
    long now = Filetime.of(settings.clock().instant());
    byte[] timestamp =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(now).array();
    return AvPairsCodec.encode(
        new AvPairs(
            List.of(
                new AvPairs.Pair(AvPairs.NB_DOMAIN_NAME, netbios),
                new AvPairs.Pair(AvPairs.NB_COMPUTER_NAME, netbios),
                new AvPairs.Pair(AvPairs.DNS_DOMAIN_NAME, dns),
                new AvPairs.Pair(AvPairs.DNS_COMPUTER_NAME, dns),
                // A time stamp makes clients send a MIC over all three messages.
                new AvPairs.Pair(AvPairs.TIMESTAMP, timestamp))));
  }

  private Step authenticate(State.Challenged challenged, NegTokenResp resp)
      throws Refusal, MalformedMessageException {
    byte[] token = resp.responseToken();
    AuthenticateMessage message = AuthenticateMessageCodec.decode(token);
    if (message.user().isEmpty() || NtlmFlags.has(message.flags(), NtlmFlags.ANONYMOUS)) {
      throw new Refusal("anonymous users are not served");
    }
    if (!NtlmFlags.has(message.flags(), NtlmFlags.REQUIRED)
        || message.encryptedSessionKey().length != NtHash.LENGTH) {
      throw new Refusal("the client gave up what it had agreed to");
    }
    // NTLMv1's response has 24 bytes; NTLMv2's proof alone 16, and what it covers 28 more.
    if (message.ntResponse().length <= 24) {
      throw new Refusal("NTLMv1 is not served");
    }
    byte[] proof = Arrays.copyOf(message.ntResponse(), PROOF_LENGTH);
    byte[] temp =
        Arrays.copyOfRange(message.ntResponse(), PROOF_LENGTH, message.ntResponse().length);
    ClientChallenge proven = ClientChallengeCodec.decode(temp);
    Optional<UserAccounts.Account> account = settings.accounts().find(message.user());
    if (account.isEmpty()) {
      // As much work as for an account, so that time does not tell which names exist.
      try (SessionSecret none = new SessionSecret(new byte[NtHash.LENGTH])) {
        verify(none, message, challenged, proof, temp).ifPresent(SessionSecret::close);
      }
      throw new Refusal("there is no user '" + printable(message.user()) + "'");
    }
    String name = account.get().name();
    try (SessionSecret ntHash = account.get().ntHash()) {
      if (!settings.throttle().mayTry(name, peer)) {
        throw new Refusal("user " + name + " failed too often and is locked out for a while");
      }
      SessionSecret base =
          verify(ntHash, message, challenged, proof, temp).orElseThrow(() -> wrong(name));
      try (base) {
        return complete(challenged, resp, message, proven, name, base);
      }
    }
  }

  private Refusal wrong(String name) {
    settings.throttle().failed(name, peer);
    return new Refusal("wrong password for user " + name);
  }

  /** [MS-NLMP] 3.3.2: SessionBaseKey if the proof is right. */
  private static Optional<SessionSecret> verify(
      SessionSecret ntHash,
      AuthenticateMessage message,
      State.Challenged challenged,
      byte[] proof,
      byte[] temp) {
    try (SessionSecret key = NtHash.responseKey(ntHash, message.user(), message.domain())) {
      byte[] expected =
          key.use(bytes -> NtlmCrypto.hmacMd5(bytes, challenged.serverChallenge(), temp));
      if (!MessageDigest.isEqual(expected, proof)) {
        return Optional.empty();
      }
      return Optional.of(key.use(bytes -> new SessionSecret(NtlmCrypto.hmacMd5(bytes, expected))));
    }
  }

  private Step complete(
      State.Challenged challenged,
      NegTokenResp resp,
      AuthenticateMessage message,
      ClientChallenge proven,
      String name,
      SessionSecret base)
      throws Refusal, MalformedMessageException {
    byte[] exported = base.use(key -> NtlmCrypto.rc4(key, message.encryptedSessionKey()));
    SessionSecret sessionKey = new SessionSecret(exported);
    byte[] mechTypes = Spnego.encodeMechTypes(challenged.mechTypes());
    boolean passedOver = !challenged.mechTypes().getFirst().equals(MechanismOid.NTLM);
    byte[] answer = NOTHING;
    try {
      if (proven.avPairs().saysMic()) {
        requireMic(challenged, resp.responseToken(), exported);
      }
      if (resp.mechListMic().length > 0) {
        byte[] expected = NtlmCrypto.firstSignature(exported, true, mechTypes);
        if (!MessageDigest.isEqual(expected, resp.mechListMic())) {
          throw new Refusal("the mechListMIC is wrong: someone changed the list of mechanisms");
        }
        answer = NtlmCrypto.firstSignature(exported, false, mechTypes);
      } else if (passedOver) {
        throw new Refusal("no mechListMIC, though the client's first mechanism was passed over");
      }
    } catch (Refusal | MalformedMessageException | RuntimeException e) {
      sessionKey.close();
      throw e;
    }
    settings.throttle().succeeded(name, peer);
    return new Step.Complete(
        response(NegState.ACCEPT_COMPLETED, false, NOTHING, answer),
        sessionKey,
        new Principal.User(name));
  }

  private static void requireMic(State.Challenged challenged, byte[] authenticate, byte[] exported)
      throws Refusal, MalformedMessageException {
    byte[] mic = AuthenticateMessageCodec.mic(authenticate);
    byte[] expected =
        NtlmCrypto.hmacMd5(
            exported,
            challenged.negotiate(),
            challenged.challenge(),
            AuthenticateMessageCodec.withoutMic(authenticate));
    if (!MessageDigest.isEqual(expected, mic)) {
      throw new Refusal("the MIC is wrong: someone changed the messages");
    }
  }

  private static byte[] response(NegState negState, boolean first, byte[] token, byte[] mic) {
    return Spnego.encode(
        new NegTokenResp(
            Optional.of(negState),
            first ? Optional.of(MechanismOid.NTLM) : Optional.empty(),
            token,
            mic));
  }

  private static byte[] utf16(String text) {
    return text.getBytes(StandardCharsets.UTF_16LE);
  }

  /** A peer's text for a log: bounded, without controls. */
  private static String printable(String text) {
    return text.substring(0, Math.min(text.length(), 64)).replaceAll("[^\\p{Graph} ]", "?");
  }

  private static Step refused(String reason) {
    return new Step.Refused(NOTHING, "refused a client: " + reason);
  }

  @Override
  public void close() {
    state = new State.Ended();
  }
}
