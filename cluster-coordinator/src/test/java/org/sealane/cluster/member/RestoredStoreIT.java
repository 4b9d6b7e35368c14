package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.admin.AdminException;
import org.sealane.cluster.admin.PolicyChange;
import org.sealane.cluster.admin.Reasserted;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.Level;

/** ZooKeeper is restored from a backup while its nodes run: what they remember is put back. */
@Timeout(180)
class RestoredStoreIT {
  private static final Duration BACK_MAX = Duration.ofSeconds(60);

  @TempDir Path directory;
  @TempDir Path backup;

  private Path data;

  @BeforeEach
  void placeData() {
    data = directory.resolve("zookeeper");
  }

  @Test
  void shouldPutBackWhatNodesRememberWhenZooKeeperIsRestored() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, data)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2");
      TestCluster.Node node = nodes.getFirst();
      UUID volume = cluster.createVolume(node, "v1");
      turn(cluster, node, volume, Level.CLEAR);
      cluster.backUp(backup);
      turn(cluster, node, volume, Level.ENCRYPT);
      turn(cluster, node, volume, Level.SIGN);
      UUID later = cluster.createVolume(node, "v2");

      cluster.restore(backup);
      for (TestCluster.Node each : nodes) {
        await().atMost(BACK_MAX).until(() -> refusedSince(each, volume));
        assertThat(each.rules.rule(volume, LaneKind.CSV).weakestAccepted()).isEqualTo(Level.SIGN);
      }
      assertThatThrownBy(() -> set(cluster, node, Level.CLEAR))
          .isInstanceOfSatisfying(
              AdminException.class,
              e -> assertThat(e.kind()).isEqualTo(AdminException.Kind.CONFLICT))
          .hasMessageContaining("policy reassert");

      assertThat(node.admin().policyReassert("v1"))
          .filteredOn(done -> done.outcome() == Reasserted.Outcome.WRITTEN)
          .extracting(done -> done.key().kind())
          .containsExactly(DocumentKind.POLICY);
      assertThat(node.admin().policyReassert("v2"))
          .filteredOn(done -> done.outcome() == Reasserted.Outcome.WRITTEN)
          .extracting(done -> done.key().kind())
          .containsExactly(DocumentKind.POLICY, DocumentKind.VOLUME);
      assertThat(nodes.getLast().admin().policyReassert("v1"))
          .extracting(Reasserted::outcome)
          .containsOnly(Reasserted.Outcome.AGREES);
      turn(cluster, node, volume, Level.ENCRYPT);
      turn(cluster, node, later, "v2", Level.CLEAR);

      for (TestCluster.Node each : nodes) {
        each.await(view -> view.volume("v1").filter(v -> v.epoch() == 5).isPresent());
        assertThat(each.rules.rule(volume, LaneKind.CSV).weakestAccepted())
            .isEqualTo(Level.ENCRYPT);
      }
    }
  }

  private static boolean refusedSince(TestCluster.Node node, UUID volume) {
    return node.audited.stream()
        .anyMatch(event ->
            event.kind() == AuditKind.DOCUMENT_REFUSED
                && event.fields().get("object").equals("policy/" + volume)
                && event.fields().get("reason").equals("OLDER"));
  }

  private static long set(TestCluster cluster, TestCluster.Node node, Level level)
      throws AdminException {
    return node.admin()
        .policySet("v1", PolicyChange.NONE.withCsv(level), false, cluster.adminKey::sign)
        .epoch();
  }

  private static void turn(TestCluster cluster, TestCluster.Node node, UUID volume, Level level)
      throws AdminException {
    turn(cluster, node, volume, "v1", level);
  }

  private static void turn(
      TestCluster cluster, TestCluster.Node node, UUID volume, String name, Level level)
      throws AdminException {
    long epoch =
        node.admin()
            .policySet(name, PolicyChange.NONE.withCsv(level), false, cluster.adminKey::sign)
            .epoch();
    node.admin().awaitTurn(volume, epoch, Duration.ofSeconds(60));
  }
}
