package org.sealane.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.deploy.admin.DocumentMessages.NodeTimes;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.wire.LinkRelay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns over all pairs of levels while files and blocks are written and read, through relays that
 * see every byte. {@code -Dsealane.turns=1000} makes a soak of it.
 */
class TurnSoakIT {
  private static final Logger LOG = LoggerFactory.getLogger(TurnSoakIT.class);
  private static final int TURNS = Integer.getInteger("sealane.turns", 60);
  private static final int USERS = 2;
  private static final long DISK_BYTES = 8 << 20;
  private static final Duration TURN_MAX = Duration.ofSeconds(60);

  /** A way round that takes each step from one level to another, or the same, exactly once. */
  private static final List<String> ROUND =
      List.of("clear", "clear", "sign", "sign", "clear", "encrypt", "encrypt", "sign", "encrypt");

  /** How far block traffic is ahead of file traffic on that way. */
  private static final int AHEAD = 4;

  @TempDir private static Path directory;
  private static FaultCluster cluster;

  private final Histogram turnPauses = new Histogram(TimeUnit.MINUTES.toMicros(10), 3);
  private final Histogram restPauses = new Histogram(TimeUnit.MINUTES.toMicros(10), 3);
  private final Histogram turnTimes = new Histogram(TimeUnit.MINUTES.toMicros(10), 3);

  /** The lanes of one kind, the way of their levels, and where they have been in the clear. */
  private static final class Kind {
    final String name;
    final int ahead;
    final LinkRelay link;
    int clearEpochs;
    int sealedEpochs;

    Kind(String name, int ahead, LinkRelay link) {
      this.name = name;
      this.ahead = ahead;
      this.link = link;
    }

    String level(int turn) {
      return ROUND.get((turn + ahead) % ROUND.size());
    }
  }

  @BeforeAll
  static void start() throws Exception {
    cluster = FaultCluster.start(directory, 3);
    cluster.createVolume("v1", "node1");
    cluster.addDisk("d1", "node3", DISK_BYTES, "v1");
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void shouldFailNoRequestAndLeakNoByteWhenLevelsTurnUnderLoad() throws Exception {
    Kind csv = new Kind("csv", 0, cluster.link("node2", "node1"));
    Kind sbl = new Kind("sbl", AHEAD, cluster.link("node2", "node3"));
    turn(csv.level(0), sbl.level(0));
    PatternLoad load = new PatternLoad(cluster.canary(), false);
    try {
      for (int i = 0; i < USERS; i++) {
        load.file(() -> cluster.node("node2"), "v1", "user" + i);
        load.disk(() -> cluster.node("node2"), "d1", i);
      }
      for (int turn = 1; turn <= TURNS; turn++) {
        load.awaitRounds(1);
        load.take();
        long beganNanos = System.nanoTime();
        Turn done = turn(csv.level(turn), sbl.level(turn));
        long endedNanos = System.nanoTime();
        turnTimes.recordValue(TimeUnit.NANOSECONDS.toMicros(endedNanos - beganNanos));
        judge(load, done, List.of(csv, sbl), turn);
        pauses(load, beganNanos, endedNanos);
      }
    } finally {
      load.finish();
    }
    for (Kind kind : List.of(csv, sbl)) {
      assertThat(kind.clearEpochs).as(kind.name + " was seen in the clear").isPositive();
      assertThat(kind.sealedEpochs).as(kind.name + " was sealed").isPositive();
    }
    report();
  }

  private static Turn turn(String csv, String sbl) throws Exception {
    long epoch = cluster.begin("node1", "v1", csv, sbl);
    Turn turn = cluster.await("node1", "v1", epoch, TURN_MAX);
    assertThat(turn.state())
        .as("turn to %s, %s: %s", csv, sbl, turn.missing())
        .isEqualTo("complete");
    assertThat(turn.nodes()).hasSize(3);
    return turn;
  }

  /** What passed since the turn was committed is as its policy says. */
  private void judge(PatternLoad load, Turn turn, List<Kind> kinds, int number) {
    Instant enforced =
        turn.nodes().stream()
            .map(NodeTimes::enforcedAt)
            .filter(Objects::nonNull)
            .min(Instant::compareTo)
            .orElseThrow();
    List<LinkRelay.Seen> before = kinds.stream().map(kind -> kind.link.seen()).toList();
    load.awaitRounds(1);
    for (int i = 0; i < kinds.size(); i++) {
      Kind kind = kinds.get(i);
      LinkRelay.Seen after = kind.link.seen();
      String what = "%s after turn %d to %s".formatted(kind.name, number, kind.level(number));
      assertThat(after.bytes() - before.get(i).bytes())
          .as(what + ": a write and a read of each user pass")
          .isGreaterThan(2L * USERS * PatternLoad.BLOCK_BYTES);
      if (kind.level(number).equals("encrypt")) {
        assertThat(after.canaries()).as(what).isEqualTo(before.get(i).canaries());
        assertThat(after.lastCanaryMillis())
            .as(what + ": the last clear byte against the commit")
            .isLessThanOrEqualTo(enforced.toEpochMilli());
        kind.sealedEpochs++;
      } else {
        assertThat(after.canaries()).as(what).isGreaterThan(before.get(i).canaries());
        kind.clearEpochs++;
      }
    }
  }

  /**
   * The longest that any user waited while the turn was on, and in as long a time after it, when
   * nothing turned.
   */
  private void pauses(PatternLoad load, long beganNanos, long endedNanos) {
    long restNanos = System.nanoTime();
    long untilNanos = restNanos + (endedNanos - beganNanos);
    await("as long without a turn")
        .atMost(FaultCluster.LIMIT)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> System.nanoTime() - untilNanos >= 0);
    load.awaitRounds(1);
    List<PatternLoad.Operation> operations = new ArrayList<>(load.take());
    turnPauses.recordValue(longestMicros(operations, beganNanos, endedNanos));
    restPauses.recordValue(longestMicros(operations, restNanos, untilNanos));
  }

  private static long longestMicros(
      List<PatternLoad.Operation> operations, long fromNanos, long toNanos) {
    return TimeUnit.NANOSECONDS.toMicros(
        operations.stream()
            .filter(operation -> operation.overlaps(fromNanos, toNanos))
            .mapToLong(PatternLoad.Operation::nanos)
            .max()
            .orElseThrow());
  }

  private void report() {
    LOG.info("turns={} time of a turn {}", TURNS, text(turnTimes));
    LOG.info("longest operation during a turn {}", text(turnPauses));
    LOG.info("longest operation in as long without one {}", text(restPauses));
  }

  private static String text(Histogram micros) {
    return "p50=%.1f ms p99=%.1f ms max=%.1f ms"
        .formatted(
            micros.getValueAtPercentile(50) / 1e3,
            micros.getValueAtPercentile(99) / 1e3,
            micros.getMaxValue() / 1e3);
  }
}
