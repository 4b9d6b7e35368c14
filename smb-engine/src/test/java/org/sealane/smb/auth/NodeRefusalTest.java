package org.sealane.smb.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.SecurityContext.Step;
import org.sealane.smb.lane.LaneBinding;

/** Every reason to refuse a node, and the one line that each side gets of it. */
class NodeRefusalTest {
  private static final Instant NOW = TestAuthority.NOW;
  private static final Enrollment ANYONE = certificate -> Enrollment.Verdict.ACCEPTED;

  private final TestNodes nodes = new TestNodes();
  private final TestAuthority ca = nodes.authority();
  private final LaneBinding lane = nodes.lane("node1", "node2");

  private Exchange run(NodeMechanism node1, NodeMechanism node2) {
    try (SecurityContext initiator = node1.initiator(lane);
        SecurityContext acceptor = node2.acceptor()) {
      return Exchange.run(initiator, acceptor);
    }
  }

  /** node2, the server, is refused by node1. */
  private void assertServerRefused(NodeMechanism node2, String clientSays, String serverSays) {
    assertRefused(run(nodes.mechanism("node1"), node2), clientSays, serverSays);
  }

  /** node1, the client, is refused by node2. */
  private void assertClientRefused(NodeMechanism node1, String clientSays, String serverSays) {
    assertRefused(run(node1, nodes.mechanism("node2")), clientSays, serverSays);
  }

  private static void assertRefused(Exchange exchange, String clientSays, String serverSays) {
    assertThat(exchange.initiatorEnd()).isInstanceOf(Step.Refused.class);
    assertThat(exchange.acceptorEnd()).isInstanceOf(Step.Refused.class);
    assertThat(exchange.initiatorReason()).isEqualTo(clientSays);
    assertThat(exchange.acceptorReason()).isEqualTo(serverSays);
  }

  private NodeMechanism expired(String node) {
    return nodes.mechanism(
        ca.credentials(node, ca.node(node).valid(NOW.minusSeconds(7200), NOW.minusSeconds(1))));
  }

  private NodeMechanism early(String node) {
    return nodes.mechanism(
        ca.credentials(node, ca.node(node).valid(NOW.plusSeconds(1), NOW.plusSeconds(7200))));
  }

  @Nested
  class Expired {
    @Test
    void shouldSayWhenOfAServer() {
      assertServerRefused(
          expired("node2"),
          "refused node2: certificate is expired or not yet valid (it ended 2026-06-01T11:59:59Z)",
          "peer node1 refused: certificate is expired or not yet valid");
    }

    @Test
    void shouldSayWhenOfAClient() {
      assertClientRefused(
          expired("node1"),
          "peer node2 refused: certificate is expired or not yet valid",
          "refused node1: certificate is expired or not yet valid (it ended 2026-06-01T11:59:59Z)");
    }

    @Test
    void shouldSayFromWhenACertificateIsValid() {
      assertClientRefused(
          early("node1"),
          "peer node2 refused: certificate is expired or not yet valid",
          "refused node1: certificate is expired or not yet valid"
              + " (it is valid from 2026-06-01T12:00:01Z)");
      assertServerRefused(
          early("node2"),
          "refused node2: certificate is expired or not yet valid"
              + " (it is valid from 2026-06-01T12:00:01Z)",
          "peer node1 refused: certificate is expired or not yet valid");
    }

    @Test
    void shouldAcceptAtTheFirstAndLastInstant() {
      NodeMechanism first =
          nodes.mechanism(ca.credentials("node1", ca.node("node1").valid(NOW, NOW.plusSeconds(9))));
      NodeMechanism last =
          nodes.mechanism(
              ca.credentials("node2", ca.node("node2").valid(NOW.minusSeconds(9), NOW)));

      assertThat(run(first, last).initiatorEnd()).isInstanceOf(Step.Complete.class);
    }

    @Test
    void shouldCountTheCaToo() {
      TestAuthority old = new TestAuthority(ca.clusterId(), NOW.minusSeconds(1));

      Exchange exchange =
          run(nodes.mechanism(old.credentials("node1")), nodes.mechanism(old.credentials("node2")));

      assertRefused(
          exchange,
          "refused node2: certificate is expired or not yet valid"
              + " (the CA's ended 2026-06-01T11:59:59Z)",
          "peer node1 refused: certificate is expired or not yet valid");
    }
  }

  @Nested
  class OtherAuthority {
    // Same name, same cluster id, another key: what someone makes who wants in.
    private final TestAuthority forger = new TestAuthority(ca.clusterId());

    @Test
    void shouldRefuseAServer() {
      assertServerRefused(
          nodes.mechanism(ca.certifiedBy(forger, "node2")),
          "refused node2: certificate is of another CA",
          "peer node1 refused: certificate is of another CA");
    }

    @Test
    void shouldRefuseAClient() {
      assertClientRefused(
          nodes.mechanism(ca.certifiedBy(forger, "node1")),
          "peer node2 refused: certificate is of another CA",
          "refused node1: certificate is of another CA");
    }

    @Test
    void shouldRefuseAClientThatBelievesTheForger() {
      assertClientRefused(
          nodes.mechanism(forger.credentials("node1")),
          "refused node2: certificate is of another CA",
          "peer node1 refused: certificate is of another CA");
    }
  }

  @Nested
  class OtherNode {
    @Test
    void shouldRefuseAServerThatIsNotTheOneMeant() {
      // It says it is node2, as the address was node2's; its certificate is node3's.
      assertServerRefused(
          nodes.mechanism(ca.credentials("node2", ca.node("node3"))),
          "refused node2: another node was meant (the certificate is that of sealane:cluster/"
              + ca.clusterId()
              + "/node/node3)",
          "peer node1 refused: another node was meant");
    }

    @Test
    void shouldRefuseWhenAnotherServerIsReached() {
      assertServerRefused(
          nodes.mechanism("node3"),
          "peer node2 refused: another node was meant",
          "refused node1: another node was meant (it meant node2)");
    }

    @Test
    void shouldRefuseAClientThatIsNotWhoItSays() {
      assertClientRefused(
          nodes.mechanism(ca.credentials("node1", ca.node("node3"))),
          "peer node2 refused: another node was meant",
          "refused node1: another node was meant (the certificate is that of sealane:cluster/"
              + ca.clusterId()
              + "/node/node3)");
    }

    @Test
    void shouldRefuseAnotherCluster() {
      TestAuthority other = new TestAuthority(UUID.randomUUID());

      assertServerRefused(
          nodes.mechanism(other.credentials("node2")),
          "peer node2 refused: another node was meant",
          "refused node1: another node was meant (it meant the cluster " + ca.clusterId() + ")");
    }

    @Test
    void shouldRefuseACertificateOfTheSameNameInAnotherCluster() {
      UUID other = UUID.randomUUID();
      String uri = new CertificateIdentity.Node(other, "node1").uri();

      assertClientRefused(
          nodes.mechanism(ca.credentials("node1", ca.node("node1").uri(uri))),
          "peer node2 refused: another node was meant",
          "refused node1: another node was meant (the certificate is that of " + uri + ")");
    }
  }

  @Nested
  class Enrolled {
    private final Enrollment notNode1 =
        certificate ->
            certificate.identity().name().equals("node1")
                ? Enrollment.Verdict.NOT_ENROLLED
                : Enrollment.Verdict.ACCEPTED;
    private final Enrollment revokedNode2 =
        certificate ->
            certificate.identity().name().equals("node2")
                ? Enrollment.Verdict.REVOKED
                : Enrollment.Verdict.ACCEPTED;

    @Test
    void shouldRefuseAClientThatIsNotEnrolled() {
      assertRefused(
          run(nodes.mechanism("node1"), nodes.mechanism(ca.credentials("node2"), notNode1)),
          "peer node2 refused: node is not enrolled",
          "refused node1: node is not enrolled");
    }

    @Test
    void shouldRefuseAServerThatWasRevoked() {
      assertRefused(
          run(nodes.mechanism(ca.credentials("node1"), revokedNode2), nodes.mechanism("node2")),
          "refused node2: certificate is revoked",
          "peer node1 refused: certificate is revoked");
    }

    @Test
    void shouldAskAboutTheVeryCertificate() {
      NodeCredentials node1 = ca.credentials("node1");
      String fingerprint = NodeCertificate.fingerprint(node1.keys().certificate());
      Enrollment onlyThat =
          certificate ->
              certificate.fingerprint().equals(fingerprint)
                      && certificate
                          .serialNumber()
                          .equals(node1.keys().certificate().getSerialNumber())
                  ? Enrollment.Verdict.ACCEPTED
                  : Enrollment.Verdict.NOT_ENROLLED;
      NodeMechanism node2 = nodes.mechanism(ca.credentials("node2"), onlyThat);

      assertThat(run(nodes.mechanism(node1), node2).acceptorEnd())
          .isInstanceOf(Step.Complete.class);
      assertThat(run(nodes.mechanism("node1"), node2).acceptorReason())
          .isEqualTo("refused node1: node is not enrolled");
    }
  }

  @Nested
  class WeakKeyAgreement {
    @Test
    void shouldRefuseAClientThatOffersOnlyAWeakerOne() {
      assertClientRefused(
          nodes.mechanism(ca.credentials("node1"), ANYONE, KeyAgreement.X25519),
          "peer node2 refused: no key agreement in common that both allow",
          "refused node1: no key agreement in common that both allow"
              + " (allowed here: [X25519MLKEM768])");
    }

    @Test
    void shouldRefuseAClientThatAllowsOnlyAStrongerOne() {
      assertServerRefused(
          nodes.mechanism(ca.credentials("node2"), ANYONE, KeyAgreement.X25519),
          "peer node2 refused: no key agreement in common that both allow",
          "refused node1: no key agreement in common that both allow (allowed here: [X25519])");
    }
  }

  @Nested
  class WrongCertificate {
    @Test
    void shouldRefuseAnAdministratorOnALane() {
      String uri = new CertificateIdentity.Admin(ca.clusterId(), "node1").uri();

      assertClientRefused(
          nodes.mechanism(ca.credentials("node1", ca.node("node1").uri(uri))),
          "peer node2 refused: certificate is not one for this use",
          "refused node1: certificate is not one for this use (it is not a node's)");
    }

    @Test
    void shouldRefuseACertificateThatNamesNobody() {
      assertClientRefused(
          nodes.mechanism(ca.credentials("node1", ca.node("node1").uri(""))),
          "peer node2 refused: certificate is not one for this use",
          "refused node1: certificate is not one for this use"
              + " (it names no node or administrator)");
    }

    @Test
    void shouldRefuseAServersCertificateFromAClient() {
      assertClientRefused(
          nodes.mechanism(
              ca.credentials("node1", ca.node("node1").only(KeyPurposeId.id_kp_serverAuth))),
          "peer node2 refused: certificate is not one for this use",
          "refused node1: certificate is not one for this use (it is not for a TLS client)");
    }

    @Test
    void shouldRefuseAClientsCertificateFromAServer() {
      assertServerRefused(
          nodes.mechanism(
              ca.credentials("node2", ca.node("node2").only(KeyPurposeId.id_kp_clientAuth))),
          "refused node2: certificate is not one for this use (it is not for a TLS server)",
          "peer node1 refused: certificate is not one for this use");
    }

    @Test
    void shouldRefuseACaAsANode() {
      assertClientRefused(
          nodes.mechanism(ca.credentials("node1", ca.node("node1").asAuthority())),
          "peer node2 refused: certificate is not one for this use",
          "refused node1: certificate is not one for this use (it is not for signing in)");
    }
  }
}
