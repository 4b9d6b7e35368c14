package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.admin.AdminException;
import org.sealane.cluster.admin.ClusterAdmin;
import org.sealane.cluster.admin.PolicyChange;
import org.sealane.cluster.admin.TurnReport;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.store.StoreSessions;
import org.sealane.cluster.turn.MemberId;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneRules;
import org.sealane.smb.lane.Level;

@Timeout(120)
class ClusterMemberIT {
  @TempDir Path directory;

  @Test
  void shouldTurnThroughAllLevelsWhenThreeMembersAreLive() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2", "node3");
      UUID volume = cluster.createVolume(nodes.getFirst(), "v1");
      ClusterAdmin admin = nodes.getLast().admin();
      nodes.getLast().await(view -> view.volume("v1").isPresent());

      long before = 1;
      for (Level level : List.of(Level.CLEAR, Level.ENCRYPT, Level.SIGN, Level.CLEAR)) {
        var submitted =
            admin.policySet("v1", PolicyChange.NONE.withCsv(level), false, cluster.adminKey::sign);
        TurnReport report = admin.awaitTurn(volume, submitted.epoch(), Duration.ofSeconds(30));

        assertThat(submitted.epoch()).isEqualTo(++before);
        assertThat(report.state()).isEqualTo(TurnReport.State.COMPLETE);
        assertThat(report.nodes())
            .hasSize(3)
            .allSatisfy(times -> {
              assertThat(times.acceptedAt()).isPresent();
              assertThat(times.drainedAt().orElseThrow())
                  .isAfterOrEqualTo(times.acceptedAt().orElseThrow());
              assertThat(times.enforcedAt().orElseThrow())
                  .isAfterOrEqualTo(times.drainedAt().orElseThrow());
            });
        for (TestCluster.Node node : nodes) {
          LaneRule rule = node.rules.rule(volume, LaneKind.CSV);
          assertThat(rule.send().epoch()).isEqualTo(submitted.epoch());
          assertThat(rule.send().level()).isEqualTo(level);
          assertThat(rule.accept()).hasSize(1);
        }
      }
      assertThat(admin.policyHistory("v1"))
          .extracting(TurnReport::state)
          .containsExactly(
              TurnReport.State.PAST,
              TurnReport.State.PAST,
              TurnReport.State.PAST,
              TurnReport.State.PAST,
              TurnReport.State.COMPLETE);
    }
  }

  @Test
  void shouldFinishTurnByFencingWhenMemberDiesUndrained() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2", "node3");
      UUID volume = cluster.createVolume(nodes.getFirst(), "v1");
      TestCluster.Node doomed = nodes.getLast();
      doomed.await(settledAt("v1", 1));
      doomed.rules.enter(volume, LaneKind.CSV);
      ClusterAdmin admin = nodes.getFirst().admin();

      var submitted =
          admin.policySet(
              "v1", PolicyChange.NONE.withCsv(Level.CLEAR), false, cluster.adminKey::sign);
      nodes.getFirst().await(view -> step(view, "v1").equals(Optional.of(TurnStep.SEND)));
      assertThatThrownBy(() -> admin.awaitTurn(volume, submitted.epoch(), Duration.ofMillis(300)))
          .isInstanceOfSatisfying(
              AdminException.class,
              e -> {
                assertThat(e.kind()).isEqualTo(AdminException.Kind.TIMEOUT);
                assertThat(e.getMessage()).contains("send").contains("node3");
              });
      assertThatThrownBy(() ->
              admin.policySet(
                  "v1", PolicyChange.NONE.withCsv(Level.SIGN), true, cluster.adminKey::sign))
          .isInstanceOfSatisfying(
              AdminException.class,
              e -> assertThat(e.kind()).isEqualTo(AdminException.Kind.TURN_RUNNING))
          .hasMessageContaining("point of no return");
      doomed.crash();

      TurnReport report = admin.awaitTurn(volume, submitted.epoch(), Duration.ofSeconds(60));
      assertThat(report.nodes())
          .filteredOn(times -> !times.node().equals("node3"))
          .hasSize(2)
          .allSatisfy(times -> {
            assertThat(times.enforcedAt()).isPresent();
            assertThat(times.fenced()).singleElement().asString().startsWith("node3@");
          });
      assertThat(nodes.getFirst().fenced).extracting(MemberId::node).containsOnly("node3");
    }
  }

  @Test
  void shouldRejoinUnderNewPolicyWhenMemberRestartsAfterTurn() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2");
      UUID volume = cluster.createVolume(nodes.getFirst(), "v1");
      TestCluster.Node restarted = nodes.getLast();
      restarted.await(settledAt("v1", 1));
      restarted.crash();
      ClusterAdmin admin = nodes.getFirst().admin();
      var submitted =
          admin.policySet(
              "v1", PolicyChange.NONE.withCsv(Level.SIGN), false, cluster.adminKey::sign);
      admin.awaitTurn(volume, submitted.epoch(), Duration.ofSeconds(60));
      admin.awaitTurn(
          volume,
          admin
              .policySet(
                  "v1", PolicyChange.NONE.withCsv(Level.CLEAR), false, cluster.adminKey::sign)
              .epoch(),
          Duration.ofSeconds(60));

      restarted.start();
      assertThat(restarted.rules.isFailSealed()).isTrue();
      assertThat(restarted.rules.rule(volume, LaneKind.CSV).send().epoch()).isEqualTo(1);
      restarted.awaitLive();

      assertThat(restarted.rules.rule(volume, LaneKind.CSV).send().level()).isEqualTo(Level.CLEAR);
      assertThat(restarted.rules.rule(volume, LaneKind.CSV).send().epoch()).isEqualTo(3);
      assertThat(restarted.rules.isFailSealed()).isFalse();
    }
  }

  @Test
  void shouldRegisterAnewAndFinishTurnWhenSessionExpires() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2", "node3");
      UUID volume = cluster.createVolume(nodes.getFirst(), "v1");
      TestCluster.Node expired = nodes.getLast();
      expired.await(settledAt("v1", 1));
      LaneRules.Pass held = expired.rules.enter(volume, LaneKind.SBL);
      // Keeps the turn at send until the expired node is back, whoever fences it meanwhile.
      LaneRules.Pass heldElsewhere = nodes.get(1).rules.enter(volume, LaneKind.CSV);
      ClusterAdmin admin = nodes.getFirst().admin();
      var submitted =
          admin.policySet(
              "v1", PolicyChange.NONE.withSbl(Level.CLEAR), false, cluster.adminKey::sign);
      expired.await(view -> step(view, "v1").equals(Optional.of(TurnStep.SEND)));

      StoreSessions.expire(expired.store);
      await().until(() -> expired.audited(AuditKind.LEASE_ENDED));
      expired.await(view -> view.connection() == MemberPhase.LIVE && !view.sealed());
      assertThat(admin.turn(volume, submitted.epoch()).state()).isEqualTo(TurnReport.State.RUNNING);
      held.close();
      heldElsewhere.close();

      TurnReport report = admin.awaitTurn(volume, submitted.epoch(), Duration.ofSeconds(60));
      assertThat(report.nodes()).hasSize(3);
      assertThat(report.nodes()).allSatisfy(t -> assertThat(t.enforcedAt()).isPresent());
    }
  }

  @Test
  void shouldSealWhenZooKeeperIsAwayAndServeOwnVolumeOn() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      TestCluster.Node node = cluster.startAll("node1").getFirst();
      UUID volume = cluster.createVolume(node, "v1");
      ClusterAdmin admin = node.admin();
      var submitted =
          admin.policySet(
              "v1", PolicyChange.NONE.withCsv(Level.CLEAR), false, cluster.adminKey::sign);
      admin.awaitTurn(volume, submitted.epoch(), Duration.ofSeconds(30));
      node.await(view -> view.volume("v1").orElseThrow().servedHere());
      assertThat(node.rules.sendLevel(volume, LaneKind.CSV)).isEqualTo(Level.CLEAR);

      cluster.zookeeper.stop();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> node.rules.sendLevel(volume, LaneKind.CSV) == Level.ENCRYPT);
      assertThat(node.member.view().volume("v1").orElseThrow().servedHere()).isTrue();

      cluster.zookeeper.restart();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> node.rules.sendLevel(volume, LaneKind.CSV) == Level.CLEAR);
      assertThat(node.audited(AuditKind.LEASE_REGAINED)).isTrue();
    }
  }

  private static Predicate<ClusterView> settledAt(String volume, long epoch) {
    return view ->
        view.volume(volume).filter(v -> v.epoch() == epoch && v.turn().isEmpty()).isPresent();
  }

  private static Optional<TurnStep> step(ClusterView view, String volume) {
    return view.volume(volume)
        .flatMap(ClusterView.VolumeView::turn)
        .map(ClusterView.TurnView::step);
  }
}
