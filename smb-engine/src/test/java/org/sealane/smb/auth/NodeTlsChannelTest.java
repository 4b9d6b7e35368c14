package org.sealane.smb.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.tls.SecurityParameters;
import org.junit.jupiter.api.Test;
import org.sealane.smb.lane.LaneBinding;

class NodeTlsChannelTest {
  private static final List<KeyAgreement> HYBRID = List.of(KeyAgreement.X25519_MLKEM768);

  private final TestNodes nodes = new TestNodes();
  private final SecureRandom random = new SecureRandom();
  private final LaneBinding lane = nodes.lane("node1", "node2");
  private final byte[] binding = LaneBindingCodec.encode(lane);

  private final NodeCredentials node1 = nodes.authority().credentials("node1");
  private final NodeCredentials node2 = nodes.authority().credentials("node2");
  private final PeerCheck checkOfNode2 = check(node1, "node2", CertificateVerifier.Role.SERVER);
  private final PeerCheck checkOfNode1 = check(node2, "node1", CertificateVerifier.Role.CLIENT);
  private final NodeTlsClient client =
      new NodeTlsClient(
          new NodeTlsCrypto(random, checkOfNode2), node1.keys(), HYBRID, binding, checkOfNode2);
  private final NodeTlsServer server =
      new NodeTlsServer(
          new NodeTlsCrypto(random, checkOfNode1), node2, HYBRID, lane, binding, checkOfNode1);

  private static PeerCheck check(NodeCredentials own, String peer, CertificateVerifier.Role role) {
    return new PeerCheck(
        own,
        peer,
        role,
        certificate -> Enrollment.Verdict.ACCEPTED,
        InstantSource.fixed(TestAuthority.NOW));
  }

  private static void assertNoSecretIsLeft(NodeTlsPeer peer) {
    SecurityParameters secrets = peer.tlsContext().getSecurityParameters();
    assertThat(secrets.getMasterSecret()).isNull();
    assertThat(secrets.getHandshakeSecret()).isNull();
    assertThat(secrets.getExporterMasterSecret()).isNull();
    assertThat(secrets.getTrafficSecretClient().isAlive()).isFalse();
    assertThat(secrets.getTrafficSecretServer().isAlive()).isFalse();
  }

  @Test
  void shouldLeaveNoSecretWhenClosed() {
    NodeTlsChannel initiating = NodeTlsChannel.connect(client, checkOfNode2);
    NodeTlsChannel accepting = NodeTlsChannel.accept(server, checkOfNode1);
    assertThat(accepting.offer(initiating.output())).isTrue();
    assertThat(initiating.offer(accepting.output())).isTrue();
    assertThat(accepting.offer(initiating.output())).isTrue();
    assertThat(initiating.isConnected() && accepting.isConnected()).isTrue();
    SessionSecret taken = accepting.takeSessionKey();

    initiating.close();
    accepting.close();

    assertNoSecretIsLeft(client);
    assertNoSecretIsLeft(server);
    assertThat(initiating.takeSessionKey()).isNull();
    assertThat(accepting.takeSessionKey()).isNull();
    String key = taken.use(HexFormat.of()::formatHex);
    assertThat(key).as("it has another owner").hasSize(64).isNotEqualTo("0".repeat(64));
  }

  @Test
  void shouldHandTheKeyOutOnce() {
    NodeTlsChannel initiating = NodeTlsChannel.connect(client, checkOfNode2);
    NodeTlsChannel accepting = NodeTlsChannel.accept(server, checkOfNode1);
    accepting.offer(initiating.output());
    initiating.offer(accepting.output());

    assertThat(initiating.takeSessionKey()).isNotNull();
    assertThat(initiating.takeSessionKey()).isNull();

    initiating.close();
    accepting.close();
  }
}
