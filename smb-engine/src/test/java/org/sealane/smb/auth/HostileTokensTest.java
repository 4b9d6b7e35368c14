package org.sealane.smb.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.auth.SecurityContext.Step;
import org.sealane.smb.auth.Spnego.NegState;
import org.sealane.smb.auth.Spnego.Token.NegTokenInit;
import org.sealane.smb.auth.Spnego.Token.NegTokenResp;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * Tokens that no honest peer sends: each ends in a refusal, none in an exception or a shared key.
 */
class HostileTokensTest {
  private static final byte[] NONE = {};

  private final TestNodes nodes = new TestNodes();
  private final NodeMechanism node1 = nodes.mechanism("node1");
  private final NodeMechanism node2 = nodes.mechanism("node2");
  private final LaneBinding lane = nodes.lane("node1", "node2");

  private static byte[] token(Step step) {
    return ((Step.Continue) step).token();
  }

  private static byte[] resp(byte[] inner) {
    return Spnego.encode(new NegTokenResp(Optional.empty(), Optional.empty(), inner, NONE));
  }

  private static byte[] resp(NegState state, byte[] inner) {
    return Spnego.encode(new NegTokenResp(Optional.of(state), Optional.empty(), inner, NONE));
  }

  private static byte[] init(byte[] inner) {
    return Spnego.encode(new NegTokenInit(List.of(MechanismOid.NODE), inner, NONE));
  }

  private static void assertRefusedInOneLine(Step step) {
    assertThat(step).isInstanceOf(Step.Refused.class);
    assertThat(((Step.Refused) step).reason()).isNotBlank().doesNotContain("\n", "\r");
  }

  private static void assertNoSharedSession(Exchange exchange) {
    if (exchange.initiatorEnd() instanceof Step.Complete initiator
        && exchange.acceptorEnd() instanceof Step.Complete acceptor) {
      assertThat(hex(initiator)).isNotEqualTo(hex(acceptor));
    }
  }

  private static String hex(Step.Complete complete) {
    return complete.sessionKey().use(HexFormat.of()::formatHex);
  }

  /** Changes the n-th token in one direction. */
  private static UnaryOperator<byte[]> nth(int n, UnaryOperator<byte[]> change) {
    int[] seen = {0};
    return token -> seen[0]++ == n ? change.apply(token) : token;
  }

  private Exchange run(UnaryOperator<byte[]> toAcceptor, UnaryOperator<byte[]> toInitiator) {
    try (SecurityContext initiator = node1.initiator(lane);
        SecurityContext acceptor = node2.acceptor()) {
      return Exchange.run(initiator, acceptor, toAcceptor, toInitiator);
    }
  }

  @Nested
  class Changed {
    /** How many places of each token; all of them would take minutes. */
    private static final int FLIPS = 24;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldGiveNoSharedSessionWhenABitFlips(long seed) {
      Random random = new Random(seed);
      for (int flip = 0; flip < FLIPS; flip++) {
        int position = random.nextInt(1 << 20);
        UnaryOperator<byte[]> change =
            token -> {
              byte[] copy = token.clone();
              copy[position / 8 % copy.length] ^= (byte) (1 << position % 8);
              return copy;
            };
        int which = flip % 4;
        UnaryOperator<byte[]> toAcceptor = which < 2 ? nth(which, change) : token -> token;
        UnaryOperator<byte[]> toInitiator = which < 2 ? token -> token : nth(which - 2, change);

        Exchange exchange = run(toAcceptor, toInitiator);

        if (isInIgnoredVersion(exchange, which, position)) {
          continue;
        }
        assertNoSharedSession(exchange);
      }
    }

    /** [RFC 8446] 5.1: a ClientHello's record version "MUST be ignored for all purposes". */
    private boolean isInIgnoredVersion(Exchange exchange, int which, int position) {
      byte[] first = exchange.tokens.get(0);
      int at = position / 8 % first.length;
      int binding = LaneBindingCodec.encode(lane).length;
      int recordAt = indexOf(first, LaneBindingCodec.encode(lane)) + binding;
      return which == 0 && (at == recordAt + 1 || at == recordAt + 2);
    }

    private static int indexOf(byte[] token, byte[] part) {
      for (int at = 0; at + part.length <= token.length; at++) {
        if (Arrays.equals(token, at, at + part.length, part, 0, part.length)) {
          return at;
        }
      }
      throw new AssertionError("the binding is not in the token");
    }

    @Test
    void shouldRefuseEveryPrefixOfTheFirstToken() {
      try (SecurityContext initiator = node1.initiator(lane)) {
        byte[] first = token(initiator.next(NONE));
        NegTokenInit whole = (NegTokenInit) decode(first);
        for (int length = 1; length < whole.mechToken().length; length += 7) {
          try (SecurityContext acceptor = node2.acceptor()) {
            assertRefusedInOneLine(acceptor.next(init(Arrays.copyOf(whole.mechToken(), length))));
          }
        }
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldRefuseATruncatedAnswer(int which) {
      for (int kept = 0; kept < 1800; kept += 97) {
        int length = kept;
        UnaryOperator<byte[]> shorten =
            token -> resp(NegState.ACCEPT_INCOMPLETE, shortened(responseToken(token), length));
        Exchange exchange = run(token -> token, nth(which, shorten));

        assertRefusedInOneLine(exchange.initiatorEnd());
      }
    }

    @Test
    void shouldRefuseATruncatedLastFlightOfTheClient() {
      for (int kept = 0; kept < 600; kept += 31) {
        int length = kept;
        UnaryOperator<byte[]> shorten = token -> resp(shortened(responseToken(token), length));
        Exchange exchange = run(nth(1, shorten), token -> token);

        assertRefusedInOneLine(exchange.acceptorEnd());
      }
    }

    private static byte[] shortened(byte[] token, int length) {
      return Arrays.copyOf(token, Math.min(length, token.length - 1));
    }

    private byte[] responseToken(byte[] token) {
      return ((NegTokenResp) decode(token)).responseToken();
    }
  }

  private static Spnego.Token decode(byte[] token) {
    try {
      return Spnego.decode(token);
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  @Nested
  class Invented {
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void shouldRefuseRandomBytes(long seed) {
      Random random = new Random(seed);
      for (int i = 0; i < 15; i++) {
        byte[] noise = new byte[random.nextInt(3000)];
        random.nextBytes(noise);
        for (byte[] hostile : List.of(noise, init(noise), resp(noise))) {
          try (SecurityContext initiator = node1.initiator(lane);
              SecurityContext acceptor = node2.acceptor();
              SecurityContext begun = node2.acceptor()) {
            byte[] first = token(initiator.next(NONE));
            begun.next(first);

            assertRefusedOrUnstarted(acceptor.next(hostile));
            assertRefusedInOneLine(begun.next(hostile));
            assertRefusedInOneLine(initiator.next(hostile));
          }
        }
      }
    }

    /** An init without a token is legal: the acceptor names its mechanism and waits. */
    private static void assertRefusedOrUnstarted(Step step) {
      if (!(step instanceof Step.Continue)) {
        assertRefusedInOneLine(step);
      }
    }

    @Test
    void shouldRefuseRandomBytesBehindARealBinding() {
      Random random = new Random(21);
      byte[] binding = LaneBindingCodec.encode(lane);
      for (int i = 0; i < 200; i++) {
        byte[] inner = new byte[2 + binding.length + 1 + random.nextInt(2000)];
        random.nextBytes(inner);
        inner[0] = 0;
        inner[1] = (byte) binding.length;
        System.arraycopy(binding, 0, inner, 2, binding.length);
        if (i % 2 == 0) {
          // Make it look like one handshake record that fills the token.
          int recordLength = inner.length - 2 - binding.length - 5;
          if (recordLength > 0) {
            byte[] header = {22, 3, 1, (byte) (recordLength >> 8), (byte) recordLength};
            System.arraycopy(header, 0, inner, 2 + binding.length, header.length);
          }
        }
        try (SecurityContext acceptor = node2.acceptor()) {
          assertRefusedInOneLine(acceptor.next(init(inner)));
        }
      }
    }

    @Test
    void shouldRefuseTokensAboveTheLimit() {
      try (SecurityContext initiator = node1.initiator(lane);
          SecurityContext acceptor = node2.acceptor()) {
        initiator.next(NONE);
        byte[] large = new byte[NodeTokens.TOKEN_BYTES_MAX + 1];

        assertThat(((Step.Refused) initiator.next(resp(large))).reason())
            .isEqualTo("refused node2: tokens beyond the limit");
        assertThat(((Step.Refused) acceptor.next(init(large))).reason())
            .isEqualTo("refused a peer: tokens beyond the limit");
      }
    }

    @Test
    void shouldRefuseAnotherMechanismAndAMic() {
      byte[] ntlm = SpnegoTest.NTLM_INIT;
      byte[] mic =
          Spnego.encode(
              new NegTokenInit(List.of(MechanismOid.NODE), new byte[] {1}, new byte[] {1}));
      try (SecurityContext one = node2.acceptor();
          SecurityContext two = node2.acceptor()) {
        assertThat(((Step.Refused) one.next(ntlm)).reason())
            .isEqualTo(
                "refused a peer: only the mechanism "
                    + MechanismOid.NODE.dotted()
                    + " is served here");
        assertRefusedInOneLine(two.next(mic));
      }
    }

    @Test
    void shouldRefuseAServerThatChoosesAnotherMechanismOrWantsAMic() {
      byte[] other =
          Spnego.encode(
              new NegTokenResp(
                  Optional.of(NegState.ACCEPT_INCOMPLETE),
                  Optional.of(MechanismOid.NTLM),
                  NONE,
                  NONE));
      for (byte[] answer : List.of(other, resp(NegState.REQUEST_MIC, NONE), SpnegoTest.NTLM_INIT)) {
        try (SecurityContext initiator = node1.initiator(lane)) {
          initiator.next(NONE);
          assertRefusedInOneLine(initiator.next(answer));
        }
      }
    }
  }

  @Nested
  class Reordered {
    @Test
    void shouldRefuseTheSameTokenTwice() {
      try (SecurityContext initiator = node1.initiator(lane);
          SecurityContext acceptor = node2.acceptor()) {
        byte[] first = token(initiator.next(NONE));
        byte[] answer = token(acceptor.next(first));

        assertRefusedInOneLine(acceptor.next(first));
        byte[] last = token(initiator.next(answer));
        assertThat(last).isNotEmpty();
        assertRefusedInOneLine(initiator.next(answer));
      }
    }

    @Test
    void shouldRefuseAReplayedLastToken() {
      byte[] recordedFirst;
      byte[] recordedLast;
      try (SecurityContext initiator = node1.initiator(lane);
          SecurityContext acceptor = node2.acceptor()) {
        Exchange recorded = Exchange.run(initiator, acceptor);
        recordedFirst = recorded.tokens.get(0);
        recordedLast = recorded.tokens.get(2);
      }

      try (SecurityContext acceptor = node2.acceptor()) {
        assertThat(acceptor.next(recordedFirst)).isInstanceOf(Step.Continue.class);
        assertRefusedInOneLine(acceptor.next(recordedLast));
      }
    }

    @Test
    void shouldRefuseAReplayedServer() {
      byte[] recordedAnswer;
      try (SecurityContext initiator = node1.initiator(lane);
          SecurityContext acceptor = node2.acceptor()) {
        recordedAnswer = Exchange.run(initiator, acceptor).tokens.get(1);
      }

      try (SecurityContext initiator = node1.initiator(lane)) {
        initiator.next(NONE);
        assertRefusedInOneLine(initiator.next(recordedAnswer));
      }
    }

    @Test
    void shouldRefuseAReflectedToken() {
      try (SecurityContext initiator = node1.initiator(lane);
          SecurityContext other = node2.initiator(nodes.lane("node2", "node1"))) {
        byte[] first = token(initiator.next(NONE));
        other.next(NONE);

        assertRefusedInOneLine(initiator.next(first));
        assertRefusedInOneLine(other.next(resp(((NegTokenInit) decode(first)).mechToken())));
      }
    }

    @Test
    void shouldRefuseAnEndWithoutTheAcceptorsWord() {
      for (NegState state : NegState.values()) {
        try (SecurityContext initiator = node1.initiator(lane);
            SecurityContext acceptor = node2.acceptor()) {
          byte[] answer = token(acceptor.next(token(initiator.next(NONE))));
          initiator.next(answer);

          assertRefusedInOneLine(initiator.next(resp(state, NONE)));
        }
      }
    }

    @Test
    void shouldRefuseMoreAfterTheEnd() {
      try (SecurityContext initiator = node1.initiator(lane);
          SecurityContext acceptor = node2.acceptor()) {
        Exchange done = Exchange.run(initiator, acceptor);

        assertRefusedInOneLine(initiator.next(done.tokens.get(3)));
        assertRefusedInOneLine(acceptor.next(done.tokens.get(2)));
      }
    }
  }
}
