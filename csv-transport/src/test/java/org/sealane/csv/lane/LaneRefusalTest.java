package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.identity.ClusterCa;
import org.sealane.cluster.lane.TwoLaneNodes;
import org.sealane.cluster.lane.TwoLaneNodes.Proof;
import org.sealane.smb.auth.Enrollment;
import org.sealane.smb.auth.KeyAndCertificate;
import org.sealane.smb.auth.NodeCredentials;
import org.sealane.smb.client.ClientEvent;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.ServerEvent;
import org.sealane.smb.share.ShareException;

/** Nodes with the wrong papers: no lane opens, and each side says why in one line. */
class LaneRefusalTest {
  private static final UUID VOLUME = new UUID(1, 0);
  private static final Duration TWO_DAYS = Duration.ofDays(2);

  @TempDir Path root;

  private static Proof node1(ClusterCa ca) {
    return Proof.good(ca, "node1");
  }

  private static Proof node2(ClusterCa ca) {
    return Proof.good(ca, "node2");
  }

  private void assertRefused(
      Function<ClusterCa, Proof> server,
      Function<ClusterCa, Proof> client,
      String serverSays,
      String clientSays)
      throws Exception {
    try (LaneVolumes volumes = new LaneVolumes(root, server, client)) {
      volumes.add(VOLUME, Level.CLEAR);

      assertThatThrownBy(() -> volumes.open(VOLUME, "file").close())
          .isInstanceOf(ShareException.class)
          .hasMessageContaining(clientSays);

      await().until(() -> !volumes.nodes.server().events().isEmpty());
      assertThat(volumes.nodes.server().events())
          .singleElement()
          .isInstanceOfSatisfying(
              ServerEvent.AuthenticationRefused.class,
              event -> assertThat(event.reason()).startsWith(serverSays).doesNotContain("\n"));
      assertThat(volumes.nodes.client().clientEvents())
          .singleElement()
          .isInstanceOfSatisfying(
              ClientEvent.AuthenticationFailed.class,
              event -> assertThat(event.reason()).startsWith(clientSays).doesNotContain("\n"));
      assertThat(volumes.directory(VOLUME)).isEmptyDirectory();
      assertThat(volumes.nodes.client().lanes().lanes().status()).isEmpty();
    }
  }

  @Test
  void shouldRefuseAClientWhoseCertificateExpired() throws Exception {
    assertRefused(
        ca -> node1(ca).at(Clock.offset(Clock.systemUTC(), TWO_DAYS)),
        LaneRefusalTest::node2,
        "refused node2: certificate is expired or not yet valid (it ended ",
        "peer node1 refused: certificate is expired or not yet valid");
  }

  @Test
  void shouldRefuseAServerWhoseCertificateExpired() throws Exception {
    assertRefused(
        LaneRefusalTest::node1,
        ca -> node2(ca).at(Clock.offset(Clock.systemUTC(), TWO_DAYS)),
        "peer node2 refused: certificate is expired or not yet valid",
        "refused node1: certificate is expired or not yet valid (it ended ");
  }

  /** The same cluster id, another key; the node believes the right CA. */
  private static Proof forged(ClusterCa ca, String name) {
    NodeCredentials foreign =
        TwoLaneNodes.newCa(ca.clusterId()).issueNode(name, TwoLaneNodes.aDay());
    return Proof.of(
        new NodeCredentials(
            new KeyAndCertificate(
                foreign.keys().key(), foreign.keys().certificate(), List.of(ca.certificate())),
            foreign.identity()));
  }

  @Test
  void shouldRefuseAClientOfAnotherCa() throws Exception {
    assertRefused(
        LaneRefusalTest::node1,
        ca -> forged(ca, "node2"),
        "refused node2: certificate is of another CA",
        "peer node1 refused: certificate is of another CA");
  }

  @Test
  void shouldRefuseAServerOfAnotherCa() throws Exception {
    assertRefused(
        ca -> forged(ca, "node1"),
        LaneRefusalTest::node2,
        "peer node2 refused: certificate is of another CA",
        "refused node1: certificate is of another CA");
  }

  @Test
  void shouldRefuseAnotherNodeThanMeant() throws Exception {
    assertRefused(
        ca -> Proof.good(ca, "node3"),
        LaneRefusalTest::node2,
        "refused node2: another node was meant (it meant node1)",
        "peer node1 refused: another node was meant");
  }

  @Test
  void shouldRefuseAClientThatIsNotEnrolled() throws Exception {
    assertRefused(
        ca -> node1(ca).believing(_ -> Enrollment.Verdict.NOT_ENROLLED),
        LaneRefusalTest::node2,
        "refused node2: node is not enrolled",
        "peer node1 refused: node is not enrolled");
  }

  @Test
  void shouldRefuseAServerThatIsNotEnrolled() throws Exception {
    assertRefused(
        LaneRefusalTest::node1,
        ca -> node2(ca).believing(_ -> Enrollment.Verdict.NOT_ENROLLED),
        "peer node2 refused: node is not enrolled",
        "refused node1: node is not enrolled");
  }
}
