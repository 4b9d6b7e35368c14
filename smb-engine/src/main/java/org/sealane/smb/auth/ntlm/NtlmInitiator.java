package org.sealane.smb.auth.ntlm;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
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
import org.sealane.smb.wire.MalformedMessageException;

/**
 * The client's side of one NTLMv2 authentication in SPNEGO, [MS-NLMP] 3.1.5. Insists on the flags
 * it offered, sends a MIC and a mechListMIC, and wants the server's mechListMIC in return.
 *
 * <p>States: {@code START -> NEGOTIATED -> AUTHENTICATED -> ENDED}, and from each to ENDED.
 */
final class NtlmInitiator implements SecurityContext {
  private static final byte[] NOTHING = {};
  private static final List<MechanismOid> MECH_TYPES = List.of(MechanismOid.NTLM);
  private static final int FLAGS =
      NtlmFlags.REQUIRED | NtlmFlags.REQUEST_TARGET | NtlmFlags.ALWAYS_SIGN | NtlmFlags.TARGET_INFO;

  private enum State {
    START,
    NEGOTIATED,
    AUTHENTICATED,
    ENDED
  }

  private final String user;
  private final String domain;
  private final SessionSecret ntHash;
  private final SecureRandom random;
  private State state = State.START;
  private byte[] negotiate = NOTHING;
  private byte[] exportedKey = NOTHING;
  private String server = "";

  NtlmInitiator(String user, String domain, SessionSecret ntHash, SecureRandom random) {
    this.user = user;
    this.domain = domain;
    this.ntHash = ntHash;
    this.random = random;
  }

  @Override
  public Step next(byte[] token) {
    State before = state;
    state = State.ENDED;
    if (before == State.START) {
      negotiate = NegotiateMessageCodec.encode(new NegotiateMessage(FLAGS));
      state = State.NEGOTIATED;
      return new Step.Continue(Spnego.encode(new NegTokenInit(MECH_TYPES, negotiate, NOTHING)));
    }
    try {
      if (!(Spnego.decode(token) instanceof NegTokenResp resp)) {
        return refused("the server began a negotiation of its own");
      }
      if (resp.negState().equals(Optional.of(NegState.REJECT))) {
        return refused("the server refused and did not say why");
      }
      return switch (before) {
        case NEGOTIATED -> authenticate(resp);
        case AUTHENTICATED -> complete(resp);
        case START, ENDED -> refused("the negotiation has ended");
      };
    } catch (MalformedMessageException e) {
      return refused("the server's token is malformed: " + e.getMessage());
    }
  }

  private Step authenticate(NegTokenResp resp) throws MalformedMessageException {
    if (resp.supportedMech().filter(mech -> !mech.equals(MechanismOid.NTLM)).isPresent()) {
      return refused("the server chose another mechanism");
    }
    byte[] challengeToken = resp.responseToken();
    ChallengeMessage challenge = ChallengeMessageCodec.decode(challengeToken);
    if (!NtlmFlags.has(challenge.flags(), NtlmFlags.REQUIRED)) {
      return refused("the server does not offer NTLMv2 with 128-bit keys and key exchange");
    }
    server = challenge.targetName();
    AvPairs targetInfo = AvPairsCodec.decode(challenge.targetInfo());
    Optional<byte[]> timestamp =
        targetInfo.find(AvPairs.TIMESTAMP).filter(value -> value.length == Long.BYTES);
    if (timestamp.isEmpty()) {
      return refused("the server gives no time stamp, so could not check a MIC");
    }
    byte[] clientChallenge = new byte[ChallengeMessage.CHALLENGE_LENGTH];
    random.nextBytes(clientChallenge);
    byte[] temp =
        ClientChallengeCodec.encode(
            new ClientChallenge(
                ByteBuffer.wrap(timestamp.get()).order(ByteOrder.LITTLE_ENDIAN).getLong(),
                clientChallenge,
                withMicFlag(targetInfo)));
    exportedKey = new byte[NtHash.LENGTH];
    random.nextBytes(exportedKey);
    byte[] authenticate = encode(challenge, temp);
    AuthenticateMessageCodec.setMic(
        authenticate, NtlmCrypto.hmacMd5(exportedKey, negotiate, challengeToken, authenticate));
    byte[] mic = NtlmCrypto.firstSignature(exportedKey, true, Spnego.encodeMechTypes(MECH_TYPES));
    state = State.AUTHENTICATED;
    return new Step.Continue(
        Spnego.encode(new NegTokenResp(Optional.empty(), Optional.empty(), authenticate, mic)));
  }

  private byte[] encode(ChallengeMessage challenge, byte[] temp) {
    try (SessionSecret key = NtHash.responseKey(ntHash, user, domain)) {
      return key.use(bytes -> {
        byte[] proof = NtlmCrypto.hmacMd5(bytes, challenge.serverChallenge(), temp);
        ByteArrayOutputStream response = new ByteArrayOutputStream();
        response.writeBytes(proof);
        response.writeBytes(temp);
        byte[] base = NtlmCrypto.hmacMd5(bytes, proof);
        return AuthenticateMessageCodec.encode(
            new AuthenticateMessage(
                challenge.flags() & FLAGS,
                response.toByteArray(),
                domain,
                user,
                "",
                NtlmCrypto.rc4(base, exportedKey)));
      });
    }
  }

  private static AvPairs withMicFlag(AvPairs targetInfo) {
    List<AvPairs.Pair> pairs = new ArrayList<>();
    targetInfo.pairs().stream().filter(pair -> pair.id() != AvPairs.FLAGS).forEach(pairs::add);
    pairs.add(new AvPairs.Pair(AvPairs.FLAGS, new byte[] {AvPairs.FLAG_MIC, 0, 0, 0}));
    return new AvPairs(pairs);
  }

  private Step complete(NegTokenResp resp) {
    if (!resp.negState().equals(Optional.of(NegState.ACCEPT_COMPLETED))) {
      return refused("the server does not complete the negotiation");
    }
    byte[] expected =
        NtlmCrypto.firstSignature(exportedKey, false, Spnego.encodeMechTypes(MECH_TYPES));
    if (!MessageDigest.isEqual(expected, resp.mechListMic())) {
      return refused("the server's mechListMIC is missing or wrong");
    }
    byte[] key = exportedKey;
    exportedKey = NOTHING;
    return new Step.Complete(NOTHING, new SessionSecret(key), new Principal.Server(server));
  }

  private static Step refused(String reason) {
    return new Step.Refused(NOTHING, reason);
  }

  @Override
  public void close() {
    state = State.ENDED;
    ntHash.close();
    java.util.Arrays.fill(exportedKey, (byte) 0);
  }
}
