package org.sealane.smb.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.auth.SecurityContext.Step;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.lane.LaneKind;

class NodeMechanismTest {
  private static final Enrollment ANYONE = certificate -> Enrollment.Verdict.ACCEPTED;

  private final TestNodes nodes = new TestNodes();
  private final LaneBinding lane = nodes.lane("node1", "node2");

  private static String hex(Step.Complete complete) {
    return complete.sessionKey().use(HexFormat.of()::formatHex);
  }

  private Exchange run(NodeMechanism initiating, NodeMechanism accepting) {
    return run(initiating, accepting, lane);
  }

  private static Exchange run(NodeMechanism initiating, NodeMechanism accepting, LaneBinding on) {
    try (SecurityContext initiator = initiating.initiator(on);
        SecurityContext acceptor = accepting.acceptor()) {
      return Exchange.run(initiator, acceptor);
    }
  }

  @Nested
  class Completing {
    @Test
    void shouldGiveBothSidesTheSameKeyAndEachOther() {
      Exchange exchange = run(nodes.mechanism("node1"), nodes.mechanism("node2"));

      assertThat(hex(exchange.initiatorComplete())).isEqualTo(hex(exchange.acceptorComplete()));
      assertThat(exchange.initiatorComplete().sessionKey().lengthBytes()).isEqualTo(32);
      assertThat(exchange.initiatorComplete().peer())
          .isEqualTo(new Principal.Node("node2", lane, "X25519MLKEM768"));
      assertThat(exchange.acceptorComplete().peer())
          .isEqualTo(new Principal.Node("node1", lane, "X25519MLKEM768"));
    }

    @Test
    void shouldTakeTwoTokensEachWay() {
      Exchange exchange = run(nodes.mechanism("node1"), nodes.mechanism("node2"));

      assertThat(exchange.tokens).hasSize(4);
      assertThat(exchange.tokens).allSatisfy(token -> assertThat(token).hasSizeLessThan(4096));
    }

    @Test
    void shouldGiveAnotherKeyForEachHandshakeOfOneLane() {
      NodeMechanism node1 = nodes.mechanism("node1");
      NodeMechanism node2 = nodes.mechanism("node2");

      assertThat(hex(run(node1, node2).initiatorComplete()))
          .isNotEqualTo(hex(run(node1, node2).initiatorComplete()));
    }

    @Test
    void shouldAskForTheServersGroupWhenTheClientPrefersAnother() {
      NodeMechanism node1 =
          nodes.mechanism(
              nodes.authority().credentials("node1"),
              ANYONE,
              KeyAgreement.X25519_MLKEM768,
              KeyAgreement.X25519);
      NodeMechanism node2 =
          nodes.mechanism(nodes.authority().credentials("node2"), ANYONE, KeyAgreement.X25519);

      Exchange exchange = run(node1, node2);

      assertThat(exchange.tokens).hasSize(6);
      assertThat(((Principal.Node) exchange.initiatorComplete().peer()).keyAgreement())
          .isEqualTo("X25519");
      assertThat(hex(exchange.initiatorComplete())).isEqualTo(hex(exchange.acceptorComplete()));
    }

    @Test
    void shouldUseRenewedCredentialsFromTheNextHandshakeOn() {
      TestAuthority renewedAuthority = new TestAuthority(nodes.authority().clusterId());
      AtomicReference<NodeCredentials> current =
          new AtomicReference<>(nodes.authority().credentials("node2"));
      NodeMechanism node2 =
          new NodeMechanism(
              current::get,
              ANYONE,
              List.of(KeyAgreement.X25519_MLKEM768),
              InstantSource.fixed(TestAuthority.NOW),
              new SecureRandom());
      assertThat(run(nodes.mechanism("node1"), node2).initiatorEnd())
          .isInstanceOf(Step.Complete.class);

      current.set(renewedAuthority.credentials("node2"));

      assertThat(run(nodes.mechanism(renewedAuthority.credentials("node1")), node2).initiatorEnd())
          .isInstanceOf(Step.Complete.class);
      assertThat(run(nodes.mechanism("node1"), node2).initiatorReason())
          .isEqualTo("refused node2: certificate is of another CA");
    }

    @Test
    void shouldNotCompleteTheInitiatorBeforeTheAcceptorAccepted() {
      try (SecurityContext initiator = nodes.mechanism("node1").initiator(lane);
          SecurityContext acceptor = nodes.mechanism("node2").acceptor()) {
        byte[] flight = ((Step.Continue) initiator.next(new byte[0])).token();
        byte[] serverFlight = ((Step.Continue) acceptor.next(flight)).token();

        assertThat(initiator.next(serverFlight)).isInstanceOf(Step.Continue.class);
      }
    }
  }

  @Nested
  class Binding {
    @ParameterizedTest
    @EnumSource(LaneKind.class)
    void shouldGiveAnotherKeyWhenTheBindingIsChangedOnItsWay(LaneKind kind) {
      LaneBinding meant =
          new LaneBinding(lane.clusterId(), "node1", "node2", lane.volume(), kind, 9);
      // The binding is in clear in the first token: another serial, the same handshake.
      byte[] original = LaneBindingCodec.encode(meant);
      byte[] changed =
          LaneBindingCodec.encode(
              new LaneBinding(lane.clusterId(), "node1", "node2", lane.volume(), kind, 10));
      try (SecurityContext initiator = nodes.mechanism("node1").initiator(meant);
          SecurityContext acceptor = nodes.mechanism("node2").acceptor()) {
        Exchange exchange =
            Exchange.run(initiator, acceptor, t -> replace(t, original, changed), t -> t);

        assertThat(hex(exchange.initiatorComplete()))
            .isNotEqualTo(hex(exchange.acceptorComplete()));
      }
    }

    @Test
    void shouldRefuseOnBothSidesWhenTheClientNamesAnotherNodeAsItself() {
      byte[] original = LaneBindingCodec.encode(lane);
      byte[] changed = LaneBindingCodec.encode(nodes.lane("node3", "node2"));
      try (SecurityContext initiator = nodes.mechanism("node1").initiator(lane);
          SecurityContext acceptor = nodes.mechanism("node2").acceptor()) {
        Exchange exchange =
            Exchange.run(initiator, acceptor, t -> replace(t, original, changed), t -> t);

        assertThat(exchange.acceptorReason())
            .isEqualTo(
                "refused node3: another node was meant (the certificate is that of sealane:cluster/"
                    + lane.clusterId()
                    + "/node/node1)");
        assertThat(exchange.initiatorReason())
            .isEqualTo("peer node2 refused: another node was meant");
      }
    }

    @Test
    void shouldRefuseToOpenALaneOfAnotherNodeOrCluster() {
      NodeMechanism node1 = nodes.mechanism("node1");
      LaneBinding foreign =
          new LaneBinding(UUID.randomUUID(), "node1", "node2", lane.volume(), LaneKind.CSV, 1);

      assertThatThrownBy(() -> node1.initiator(nodes.lane("node3", "node2")))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> node1.initiator(foreign))
          .isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] replace(byte[] token, byte[] original, byte[] changed) {
      for (int at = 0; at + original.length <= token.length; at++) {
        if (Arrays.equals(token, at, at + original.length, original, 0, original.length)) {
          byte[] copy = token.clone();
          System.arraycopy(changed, 0, copy, at, changed.length);
          return copy;
        }
      }
      return token;
    }
  }

  @Nested
  class Closing {
    @Test
    void shouldLeaveTheKeyToItsReceiver() {
      Exchange exchange = run(nodes.mechanism("node1"), nodes.mechanism("node2"));

      // The contexts were closed by run.
      assertThat(hex(exchange.initiatorComplete())).isNotEqualTo("00".repeat(32));
    }

    @Test
    void shouldRefuseEveryTokenAfterClose() {
      SecurityContext initiator = nodes.mechanism("node1").initiator(lane);
      SecurityContext acceptor = nodes.mechanism("node2").acceptor();
      byte[] token = ((Step.Continue) initiator.next(new byte[0])).token();
      initiator.close();
      acceptor.close();

      assertThat(initiator.next(new byte[0])).isInstanceOf(Step.Refused.class);
      assertThat(acceptor.next(token)).isInstanceOf(Step.Refused.class);
    }

    @Test
    void shouldAllowClosingTwiceAndInEveryState() {
      SecurityContext initiator = nodes.mechanism("node1").initiator(lane);
      SecurityContext acceptor = nodes.mechanism("node2").acceptor();
      byte[] token = ((Step.Continue) initiator.next(new byte[0])).token();
      acceptor.next(token);

      acceptor.close();
      acceptor.close();
      initiator.close();
      initiator.close();

      assertThat(acceptor.next(token)).isInstanceOf(Step.Refused.class);
    }
  }

  @Test
  void shouldOfferItsMechanismInNegotiate() throws Exception {
    Spnego.Token token = Spnego.decode(nodes.mechanism("node1").negotiateToken());

    assertThat(((Spnego.Token.NegTokenInit) token).mechTypes()).containsExactly(MechanismOid.NODE);
  }
}
