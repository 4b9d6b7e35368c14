package org.sealane.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.local.CommandRun;
import org.sealane.deploy.local.LocalCluster;
import org.sealane.deploy.status.NodeStatus;
import org.sealane.deploy.wire.LinkRelay;

/**
 * ZooKeeper away for twice the session timeout, or for {@code -Dsealane.zookeeper.away=60} seconds,
 * under load that was in the clear: it goes on, sealed, without a failed request.
 */
@Timeout(600)
class ZooKeeperAwayIT {
  private static final Duration AWAY =
      Duration.ofSeconds(
          Long.getLong("sealane.zookeeper.away", 2 * FaultCluster.SESSION_TIMEOUT.toSeconds()));
  private static final List<String> NODES = List.of("node1", "node2");

  @TempDir private static Path directory;
  private static FaultCluster cluster;
  private static LinkRelay link;

  /** What becomes of ZooKeeper meanwhile. */
  enum Absence {
    /** It keeps its connections and answers nothing. */
    STOPPED,
    /** It is gone, and another process takes its place, with its data. */
    KILLED
  }

  @BeforeAll
  static void start() throws Exception {
    cluster = FaultCluster.start(directory, NODES.size());
    cluster.createVolume("v1", "node1");
    cluster.addDisk("d1", "node1", 8 << 20, "v1");
    link = cluster.link("node2", "node1");
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Absence.class)
  void shouldGoOnSealedAndReturnToNormal(Absence absence) throws Exception {
    turn("clear");
    PatternLoad load = new PatternLoad(cluster.canary(), false);
    load.file(() -> cluster.node("node2"), "v1", "user");
    load.disk(() -> cluster.node("node2"), "d1", 0);
    try {
      load.awaitRounds(2);
      long goneNanos = System.nanoTime();
      long goneMillis = System.currentTimeMillis();
      take(absence);
      awaitSealed(true);

      LinkRelay.Seen before = link.seen();
      shouldRefuseATurnInOneLine();
      shouldSayThatZooKeeperIsAway();
      await("ZooKeeper is away")
          .atMost(AWAY.plus(FaultCluster.LIMIT))
          .until(() -> System.nanoTime() - goneNanos >= AWAY.toNanos());
      load.awaitRounds(2);
      LinkRelay.Seen after = link.seen();
      assertThat(after.bytes() - before.bytes()).isGreaterThan(4L * PatternLoad.BLOCK_BYTES);
      assertThat(after.canaries()).as("sealed").isEqualTo(before.canaries()).isPositive();
      assertThat(after.lastCanaryMillis())
          .as("the last clear byte, against when a session may end")
          .isLessThan(goneMillis + FaultCluster.SESSION_TIMEOUT.toMillis());

      bringBack(absence);
      cluster.awaitReady();
      awaitSealed(false);
      assertThat(cluster.status("node2").following()).isTrue();
      await("as the policy says again")
          .atMost(FaultCluster.LIMIT)
          .until(() -> link.seen().canaries() > after.canaries());
      turn("encrypt");
      load.awaitRounds(1);
    } finally {
      load.finish();
    }
  }

  private static void turn(String level) throws Exception {
    long epoch = cluster.begin("node1", "v1", level, level);
    Turn turn = cluster.await("node1", "v1", epoch, FaultCluster.LIMIT);
    assertThat(turn.state()).as("%s", turn.missing()).isEqualTo("complete");
  }

  private static void take(Absence absence) throws Exception {
    switch (absence) {
      case STOPPED -> cluster.signal(LocalCluster.ZOOKEEPER, Signals.STOP);
      case KILLED -> cluster.kill(LocalCluster.ZOOKEEPER);
    }
  }

  private static void bringBack(Absence absence) throws Exception {
    switch (absence) {
      case STOPPED -> cluster.signal(LocalCluster.ZOOKEEPER, Signals.CONT);
      case KILLED -> cluster.startMissing();
    }
  }

  private static void awaitSealed(boolean sealed) {
    for (String node : NODES) {
      await(node + " sealed " + sealed)
          .atMost(FaultCluster.LIMIT)
          .until(() ->
              cluster.node(node).get(NodeStatus.PATH, Map.of(), NodeStatus.class).sealed()
                  == sealed);
    }
  }

  private static void shouldRefuseATurnInOneLine() throws Exception {
    CommandRun set = CommandRun.of(directory, "policy", "set", "v1", "--csv", "sign", "--wait");
    assertThat(set.exit()).isEqualTo(1);
    assertThat(set.out()).isEmpty();
    assertThat(set.err().lines()).as(set.err()).hasSize(1);
    assertThat(set.err()).startsWith("sealane: ").contains("ZooKeeper").doesNotContain("bug");
  }

  private static void shouldSayThatZooKeeperIsAway() throws Exception {
    assertThat(cluster.status("node1").following()).isFalse();
    CommandRun status = CommandRun.of(directory, "status");
    assertThat(status.err()).isEmpty();
    assertThat(status.out()).contains("ZooKeeper does not answer");
  }
}
