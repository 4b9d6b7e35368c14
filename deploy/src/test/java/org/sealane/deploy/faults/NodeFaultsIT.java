package org.sealane.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sealane.cluster.document.TurnStep;
import org.sealane.deploy.admin.DocumentMessages.NodeTimes;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.wire.LinkRelay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes that are stopped, killed and go on at each step of a turn, under load that is judged on its
 * way. {@code -Dsealane.faults=all} takes every node through every fault at every step.
 */
@Timeout(900)
class NodeFaultsIT {
  private static final Logger LOG = LoggerFactory.getLogger(NodeFaultsIT.class);
  private static final List<String> NODES = List.of("node1", "node2", "node3");
  private static final String OWNER = "node1";
  private static final String CLIENT = "node2";
  private static final String TARGET = "node3";
  private static final String COORDINATOR = "the coordinator";

  @TempDir private static Path directory;
  private static FaultCluster cluster;
  private static SlotWatch watch;
  private static UUID volume;
  private static LinkRelay toOwner;
  private static LinkRelay toTarget;
  private static PatternLoad load;

  /** What is done to a node that the turn waits for, or that stands by while it waits. */
  enum Fault {
    /** It is stopped and goes on within its session. */
    PAUSE,
    /** It is stopped, and goes on when the turn is complete without it. */
    OUTLIVED,
    /** It is killed, and started again when the turn is complete without it. */
    KILL
  }

  /** A fault of one node in one step of a turn. */
  record Case(TurnStep step, Fault fault, String node) {}

  static Stream<Case> cases() {
    if (!"all".equals(System.getProperty("sealane.faults"))) {
      return Stream.of(
          new Case(TurnStep.ACCEPT, Fault.PAUSE, COORDINATOR),
          new Case(TurnStep.ACCEPT, Fault.KILL, CLIENT),
          new Case(TurnStep.SEND, Fault.PAUSE, TARGET),
          new Case(TurnStep.SEND, Fault.KILL, COORDINATOR),
          new Case(TurnStep.ENFORCE, Fault.OUTLIVED, OWNER),
          new Case(TurnStep.ENFORCE, Fault.KILL, TARGET));
    }
    List<Case> all = new ArrayList<>();
    for (TurnStep step : TurnStep.values()) {
      for (Fault fault : Fault.values()) {
        NODES.forEach(node -> all.add(new Case(step, fault, node)));
      }
    }
    return all.stream();
  }

  @BeforeAll
  static void start() throws Exception {
    cluster = FaultCluster.start(directory, NODES.size());
    cluster.createVolume("v1", OWNER);
    cluster.addDisk("d1", TARGET, 8 << 20, "v1");
    volume = UUID.fromString(cluster.status(OWNER).volumes().getFirst().uuid());
    toOwner = cluster.link(CLIENT, OWNER);
    toTarget = cluster.link(CLIENT, TARGET);
    watch = new SlotWatch(cluster.local().manifest());
    load = new PatternLoad(cluster.canary(), true);
    for (int i = 0; i < 2; i++) {
      load.file(() -> cluster.node(CLIENT), "v1", "user" + i);
      load.disk(() -> cluster.node(CLIENT), "d1", i);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      if (load != null) {
        load.finish();
        LOG.info("requests that failed with a node and were repeated: {}", load.repeated());
      }
    } finally {
      if (watch != null) {
        watch.close();
      }
      if (cluster != null) {
        cluster.close();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldCompleteTheTurnAndSendNothingWeaker(Case given) throws Exception {
    turn(OWNER, "clear");
    load.awaitRounds(2);
    String coordinator = watch.coordinator();
    String victim = given.node().equals(COORDINATOR) ? coordinator : given.node();
    LOG.info("{} of {}, coordinator {}", given, victim, coordinator);
    String via = NODES.stream().filter(node -> !node.equals(victim)).findFirst().orElseThrow();

    long epoch =
        switch (given.step()) {
          case ACCEPT -> stopBeforeTheTurn(via, victim);
          case SEND -> stopWhileRequestsAreHeld(via, victim);
          case ENFORCE -> stopAsItIsCommitted(via, victim);
        };
    heal(given.fault(), via, victim, epoch);

    Turn done = cluster.await(via, "v1", epoch, FaultCluster.LIMIT);
    assertThat(done.state()).as("%s", done.missing()).isEqualTo("complete");
    awaitFollowed(epoch);
    judge(done);
  }

  private static void turn(String via, String level) throws Exception {
    long epoch = cluster.begin(via, "v1", level, level);
    Turn turn = cluster.await(via, "v1", epoch, FaultCluster.LIMIT);
    assertThat(turn.state()).as("%s", turn.missing()).isEqualTo("complete");
  }

  /** The turn waits for its first entry. */
  private static long stopBeforeTheTurn(String via, String victim) throws Exception {
    cluster.signal(victim, Signals.STOP);
    long epoch = cluster.begin(via, "v1", "encrypt", "encrypt");
    awaitMissing(via, epoch, victim, "accept");
    return epoch;
  }

  /** The turn waits for the client, whose requests get no answer; the victim is stopped then. */
  private static long stopWhileRequestsAreHeld(String via, String victim) throws Exception {
    toOwner.hold();
    toTarget.hold();
    long epoch = cluster.begin(via, "v1", "encrypt", "encrypt");
    awaitMissing(via, epoch, CLIENT, "send");
    cluster.signal(victim, Signals.STOP);
    return epoch;
  }

  /** Tries until the victim is stopped between the commit and its own last entry. */
  private static long stopAsItIsCommitted(String via, String victim) throws Exception {
    while (true) {
      CompletableFuture<Boolean> stopped = new CompletableFuture<>();
      Thread.ofPlatform()
          .start(() -> {
            try {
              boolean seen = watch.await(volume, TurnStep.ENFORCE);
              cluster.signal(victim, Signals.STOP);
              stopped.complete(seen);
            } catch (Exception | AssertionError e) {
              stopped.completeExceptionally(e);
            }
          });
      long epoch = cluster.begin(via, "v1", "encrypt", "encrypt");
      stopped.get(FaultCluster.LIMIT.toSeconds(), TimeUnit.SECONDS);
      Turn turn = cluster.await(via, "v1", epoch, Duration.ofMillis(500));
      if (turn.state().equals("running")) {
        assertThat(turn.step()).isEqualTo("enforce");
        assertThat(turn.missing()).singleElement().asString().contains(victim);
        return epoch;
      }
      cluster.signal(victim, Signals.CONT);
      cluster.await(via, "v1", epoch, FaultCluster.LIMIT);
      turn(via, "clear");
      load.awaitRounds(1);
    }
  }

  private static void awaitMissing(String via, long epoch, String node, String step) {
    await("who is missing")
        .atMost(FaultCluster.LIMIT)
        .untilAsserted(() -> {
          Turn turn = cluster.await(via, "v1", epoch, Duration.ZERO);
          assertThat(turn.state()).isEqualTo("running");
          assertThat(turn.step()).isEqualTo(step);
          assertThat(turn.missing()).anySatisfy(missing -> assertThat(missing).contains(node));
        });
  }

  private static void heal(Fault fault, String via, String victim, long epoch) throws Exception {
    switch (fault) {
      case PAUSE -> {
        cluster.signal(victim, Signals.CONT);
        restoreLinks();
      }
      case OUTLIVED -> {
        restoreLinks();
        awaitComplete(via, epoch);
        cluster.signal(victim, Signals.CONT);
      }
      case KILL -> {
        cluster.kill(victim);
        restoreLinks();
        awaitComplete(via, epoch);
        cluster.restart(victim);
      }
    }
  }

  private static void restoreLinks() {
    toOwner.restore();
    toTarget.restore();
  }

  private static void awaitComplete(String via, long epoch) throws Exception {
    Turn turn = cluster.await(via, "v1", epoch, FaultCluster.LIMIT);
    assertThat(turn.state()).as("%s", turn.missing()).isEqualTo("complete");
  }

  /** Every node is back and knows the epoch. */
  private static void awaitFollowed(long epoch) throws Exception {
    cluster.awaitReady();
    for (String node : NODES) {
      await(node + " follows")
          .atMost(FaultCluster.LIMIT)
          .until(() ->
              cluster.status(node).volumes().stream()
                  .anyMatch(known -> known.epoch() == epoch && known.turn() == null));
    }
  }

  private static void judge(Turn done) {
    long enforcedMillis =
        done.nodes().stream()
            .map(NodeTimes::enforcedAt)
            .filter(Objects::nonNull)
            .mapToLong(at -> at.toEpochMilli())
            .min()
            .orElseThrow();
    load.awaitRounds(2);
    for (LinkRelay link : List.of(toOwner, toTarget)) {
      assertThat(link.seen().canaries()).as("was clear before").isPositive();
      assertThat(link.seen().lastCanaryMillis())
          .as("the last clear byte, against the commit")
          .isLessThanOrEqualTo(enforcedMillis);
    }
  }
}
