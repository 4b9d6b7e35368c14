package org.sealane.smb.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.sealane.smb.auth.SecurityContext.Step;

/**
 * Carries tokens between two contexts as SESSION_SETUP does, and keeps what it saw. A refusal's
 * token is carried too, so that the other side can say why.
 */
final class Exchange {
  /** More tokens than any exchange may take. */
  private static final int TOKENS_MAX = 20;

  /** All tokens as they were sent, the initiator's first. */
  final List<byte[]> tokens = new ArrayList<>();

  private Step initiatorEnd;
  private Step acceptorEnd;

  private Exchange() {}

  static Exchange run(SecurityContext initiator, SecurityContext acceptor) {
    return run(initiator, acceptor, token -> token, token -> token);
  }

  /** Runs until neither side has anything to say, tokens changed on their way. */
  static Exchange run(
      SecurityContext initiator,
      SecurityContext acceptor,
      UnaryOperator<byte[]> toAcceptor,
      UnaryOperator<byte[]> toInitiator) {
    Exchange exchange = new Exchange();
    byte[] token = {};
    while (exchange.tokens.size() < TOKENS_MAX) {
      exchange.initiatorEnd = initiator.next(token);
      token = exchange.sent(exchange.initiatorEnd);
      if (token.length == 0 || exchange.acceptorEnd != null && isEnd(exchange.acceptorEnd)) {
        return exchange;
      }
      exchange.acceptorEnd = acceptor.next(toAcceptor.apply(token));
      token = exchange.sent(exchange.acceptorEnd);
      if (token.length == 0 || isEnd(exchange.initiatorEnd)) {
        return exchange;
      }
      token = toInitiator.apply(token);
    }
    throw new AssertionError("the exchange does not end");
  }

  Step.Complete initiatorComplete() {
    return (Step.Complete) initiatorEnd;
  }

  Step.Complete acceptorComplete() {
    return (Step.Complete) acceptorEnd;
  }

  Step initiatorEnd() {
    return initiatorEnd;
  }

  Step acceptorEnd() {
    return acceptorEnd;
  }

  String initiatorReason() {
    return ((Step.Refused) initiatorEnd).reason();
  }

  String acceptorReason() {
    return ((Step.Refused) acceptorEnd).reason();
  }

  private static boolean isEnd(Step step) {
    return !(step instanceof Step.Continue);
  }

  private byte[] sent(Step step) {
    byte[] token =
        switch (step) {
          case Step.Continue go -> go.token();
          case Step.Complete complete -> complete.token();
          case Step.Refused refused -> refused.token();
        };
    if (token.length > 0) {
      tokens.add(token);
    }
    return token;
  }
}
