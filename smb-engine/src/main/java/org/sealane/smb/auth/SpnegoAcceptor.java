package org.sealane.smb.auth;

import java.util.Optional;
import org.sealane.smb.auth.Spnego.NegState;
import org.sealane.smb.auth.Spnego.Token;
import org.sealane.smb.auth.Spnego.Token.NegTokenInit;
import org.sealane.smb.auth.Spnego.Token.NegTokenResp;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * The accepting side of SPNEGO ([RFC 4178] 5) for one mechanism, which must be the initiator's
 * first choice. With a single mechanism there is nothing to downgrade to, so no mechListMIC is sent
 * and none accepted. Owns the mechanism's context.
 */
final class SpnegoAcceptor implements SecurityContext {

  /** Each state is entered by one call of {@link #next}; ENDED from any. */
  private enum State {
    START,
    NEGOTIATING,
    ENDED
  }

  private final MechanismOid mechanism;
  private final SecurityContext inner;
  private State state = State.START;

  SpnegoAcceptor(MechanismOid mechanism, SecurityContext inner) {
    this.mechanism = mechanism;
    this.inner = inner;
  }

  @Override
  public Step next(byte[] token) {
    State before = state;
    state = State.ENDED;
    if (before == State.ENDED) {
      return refused("the negotiation has ended");
    }
    Token decoded;
    try {
      decoded = Spnego.decode(token);
    } catch (MalformedMessageException e) {
      return refused("a malformed security token: " + e.getMessage());
    }
    return switch (decoded) {
      case NegTokenInit _ when before == State.NEGOTIATING ->
          refused("a second beginning of the negotiation");
      case NegTokenInit init -> begin(init);
      case NegTokenResp _ when before == State.START ->
          refused("an answer where a negotiation begins");
      case NegTokenResp resp -> follow(resp);
    };
  }

  private Step begin(NegTokenInit init) {
    if (!init.mechTypes().get(0).equals(mechanism)) {
      return refused("only the mechanism " + mechanism.dotted() + " is served here");
    }
    if (init.mechListMic().length > 0) {
      return refused("a mechListMIC for one mechanism");
    }
    if (init.mechToken().length == 0) {
      // Not optimistic: say which mechanism, and wait for its first token.
      state = State.NEGOTIATING;
      return new Step.Continue(response(NegState.ACCEPT_INCOMPLETE, true, NodeTokens.NONE));
    }
    return wrap(inner.next(init.mechToken()), true);
  }

  private Step follow(NegTokenResp resp) {
    if (resp.mechListMic().length > 0) {
      return refused("a mechListMIC for one mechanism");
    }
    return wrap(inner.next(resp.responseToken()), false);
  }

  private Step wrap(Step step, boolean first) {
    return switch (step) {
      case Step.Continue go -> {
        state = State.NEGOTIATING;
        yield new Step.Continue(response(NegState.ACCEPT_INCOMPLETE, first, go.token()));
      }
      case Step.Complete complete ->
          new Step.Complete(
              response(NegState.ACCEPT_COMPLETED, first, complete.token()),
              complete.sessionKey(),
              complete.peer());
      case Step.Refused refused when refused.token().length == 0 -> refused;
      case Step.Refused refused ->
          new Step.Refused(response(NegState.REJECT, first, refused.token()), refused.reason());
    };
  }

  private byte[] response(NegState negState, boolean first, byte[] token) {
    // [RFC 4178] 4.2.2: supportedMech is in the first reply only.
    return Spnego.encode(
        new NegTokenResp(
            Optional.of(negState),
            first ? Optional.of(mechanism) : Optional.empty(),
            token,
            NodeTokens.NONE));
  }

  private static Step refused(String reason) {
    return new Step.Refused(NodeTokens.NONE, "refused a peer: " + reason);
  }

  @Override
  public void close() {
    state = State.ENDED;
    inner.close();
  }
}
