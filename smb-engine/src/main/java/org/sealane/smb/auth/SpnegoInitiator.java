package org.sealane.smb.auth;

import java.util.List;
import java.util.Optional;
import org.sealane.smb.auth.Spnego.NegState;
import org.sealane.smb.auth.Spnego.Token.NegTokenInit;
import org.sealane.smb.auth.Spnego.Token.NegTokenResp;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * The opening side of SPNEGO ([RFC 4178] 5) for one mechanism. With a single mechanism there is
 * nothing to downgrade to, so no mechListMIC is sent and none accepted. Owns the mechanism's
 * context.
 */
final class SpnegoInitiator implements SecurityContext {
  private final MechanismOid mechanism;
  private final SecurityContext inner;
  private boolean started;
  private boolean ended;

  SpnegoInitiator(MechanismOid mechanism, SecurityContext inner) {
    this.mechanism = mechanism;
    this.inner = inner;
  }

  @Override
  public Step next(byte[] token) {
    if (ended) {
      return new Step.Refused(NodeTokens.NONE, "the negotiation has ended");
    }
    if (!started) {
      started = true;
      return first(inner.next(NodeTokens.NONE));
    }
    NegTokenResp answer;
    try {
      if (!(Spnego.decode(token) instanceof NegTokenResp resp)) {
        return refused("the server began a negotiation of its own");
      }
      answer = resp;
    } catch (MalformedMessageException e) {
      return refused("the server's token is malformed: " + e.getMessage());
    }
    if (answer.supportedMech().isPresent() && !answer.supportedMech().get().equals(mechanism)) {
      return refused("the server chose another mechanism");
    }
    if (answer.mechListMic().length > 0
        || answer.negState().equals(Optional.of(NegState.REQUEST_MIC))) {
      return refused("the server wants a mechListMIC for one mechanism");
    }
    return following(answer.negState(), inner.next(answer.responseToken()));
  }

  private Step first(Step step) {
    return switch (step) {
      case Step.Continue go ->
          new Step.Continue(
              Spnego.encode(new NegTokenInit(List.of(mechanism), go.token(), NodeTokens.NONE)));
      case Step.Complete complete -> tooEarly(complete);
      case Step.Refused refused -> refused(refused.reason());
    };
  }

  private Step following(Optional<NegState> negState, Step step) {
    boolean rejected = negState.equals(Optional.of(NegState.REJECT));
    boolean accepted = negState.equals(Optional.of(NegState.ACCEPT_COMPLETED));
    return switch (step) {
      case Step.Continue _ when rejected -> refused("the server refused and did not say why");
      case Step.Continue _ when accepted -> refused("the server ended the negotiation too early");
      case Step.Continue go -> new Step.Continue(response(Optional.empty(), go.token()));
      case Step.Complete complete when rejected -> tooEarly(complete);
      case Step.Complete complete -> {
        ended = true;
        yield complete.token().length == 0
            ? complete
            : new Step.Complete(
                response(Optional.empty(), complete.token()),
                complete.sessionKey(),
                complete.peer());
      }
      case Step.Refused refused -> {
        ended = true;
        yield refused.token().length == 0
            ? refused
            : new Step.Refused(
                response(Optional.of(NegState.REJECT), refused.token()), refused.reason());
      }
    };
  }

  private static byte[] response(Optional<NegState> negState, byte[] token) {
    return Spnego.encode(new NegTokenResp(negState, Optional.empty(), token, NodeTokens.NONE));
  }

  private Step tooEarly(Step.Complete complete) {
    complete.sessionKey().close();
    return refused("the negotiation and its mechanism disagree about the end");
  }

  private Step refused(String reason) {
    ended = true;
    return new Step.Refused(NodeTokens.NONE, reason);
  }

  @Override
  public void close() {
    ended = true;
    inner.close();
  }
}
