package org.sealane.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.config.LaneTransport;
import org.sealane.deploy.local.CommandRun;
import org.sealane.deploy.local.LocalManifest.LocalNode;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.wire.LinkRelay;

/**
 * Nodes whose lanes run over RDMA of the provider {@code software} lose it in the middle of their
 * load, and get it back. What they send over TCP meanwhile goes over a relay that sees each byte.
 */
@Timeout(600)
class RdmaFaultsIT {
  @TempDir private Path directory;
  private FaultCluster cluster;
  private LinkRelay link;
  private SoftwareCable cable;

  @BeforeEach
  void start() throws Exception {
    cluster =
        FaultCluster.start(directory, 2, List.of(LaneTransport.RDMA_SOFTWARE, LaneTransport.TCP));
    cluster.createVolume("v1", "node1");
    cluster.addDisk("d1", "node1", 1 << 20, "v1");
    link = cluster.link("node2", "node1");
    cable = new SoftwareCable(lanePort("node1"), link.address().getPort());
    cable.plug();
  }

  @AfterEach
  void stop() throws Exception {
    if (cable != null) {
      cable.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private int lanePort(String name) {
    return cluster.local().manifest().nodes().stream()
        .filter(node -> node.name().equals(name))
        .mapToInt(LocalNode::lanePort)
        .findFirst()
        .orElseThrow();
  }

  private List<ClusterStatus.Lane> lanes() throws Exception {
    return cluster.status("node2").lanes().stream()
        .filter(lane -> lane.from().equals("node2") && lane.to().equals("node1"))
        .toList();
  }

  private Set<String> transports() throws Exception {
    return lanes().stream().map(ClusterStatus.Lane::transport).collect(Collectors.toSet());
  }

  private void awaitOver(PatternLoad load, String transport) {
    await("lanes over " + transport)
        .atMost(FaultCluster.LIMIT)
        .until(() -> transports().equals(Set.of(transport)));
    load.awaitRounds(2);
  }

  private void lose(PatternLoad load) throws Exception {
    cable.unplug();
    await("lanes over tcp")
        .atMost(FaultCluster.LIMIT)
        .until(() -> {
          cable.forgetWindows(cluster.local().running("node2").orElseThrow());
          return transports().equals(Set.of("tcp"));
        });
    load.awaitRounds(2);
  }

  private static List<String> protection(List<ClusterStatus.Lane> lanes) {
    return lanes.stream()
        .map(lane ->
            "%s %s %s epoch %d".formatted(lane.kind(), lane.level(), lane.cipher(), lane.epoch()))
        .sorted()
        .toList();
  }

  private String audited(String kind) throws Exception {
    return CommandRun.of(
            directory, "audit", "list", "--node", "node2", "--kind", kind, "--output", "json")
        .out();
  }

  /**
   * Sessions over RDMA in the log: a lane moves back, or opens anew if it is not used just then.
   */
  private long overRdma() throws Exception {
    String log = audited("lane-moved") + audited("lane-opened");
    return Pattern.compile("\"transport\" : \"rdma\"").matcher(log).results().count();
  }

  @Test
  void shouldGoOnOverTcpAsSealedAsBeforeAndReturn() throws Exception {
    PatternLoad load = new PatternLoad(cluster.canary(), false);
    load.file(() -> cluster.node("node2"), "v1", "user");
    load.disk(() -> cluster.node("node2"), "d1", 0);
    try {
      awaitOver(load, "rdma");
      List<String> protection = protection(lanes());
      assertThat(protection).hasSize(2).allMatch(lane -> lane.contains("encrypt"));
      long before = link.seen().bytes();

      lose(load);

      assertThat(link.seen().bytes()).as("over TCP").isGreaterThan(before);
      assertThat(protection(lanes())).isEqualTo(protection);
      CommandRun explained = CommandRun.of(directory, "policy", "explain", "v1");
      assertThat(explained.out())
          .contains("the policy says rdma-preferred and RDMA failed")
          .contains("the lane returns when a probe finds that it works");
      long returned = overRdma();
      cable.plug();
      awaitOver(load, "rdma");
      assertThat(protection(lanes())).isEqualTo(protection);
      assertThat(audited("lane-fell-back")).contains("transport").contains("tcp");
      await("the return in the log").atMost(FaultCluster.LIMIT).until(() -> overRdma() > returned);
      assertThat(link.seen().canaries()).as("clear bytes of a sealed lane").isZero();

      // The control: the same loss of a clear lane shows its payloads to the same relay.
      long epoch = cluster.begin("node1", "v1", "clear", "clear");
      Turn turn = cluster.await("node1", "v1", epoch, FaultCluster.LIMIT);
      assertThat(turn.state()).as("%s", turn.missing()).isEqualTo("complete");
      lose(load);
      assertThat(link.seen().canaries()).isPositive();
    } finally {
      load.finish();
    }
  }
}
