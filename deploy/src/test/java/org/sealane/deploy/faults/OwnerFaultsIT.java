package org.sealane.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.BlockRoutes;
import org.sealane.deploy.admin.DocumentMessages.NodeTimes;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.admin.FileRoutes;
import org.sealane.deploy.local.CommandRun;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.wire.LinkRelay;

/**
 * A link between two nodes that is cut while both reach ZooKeeper, and an owner that is killed with
 * acknowledged writes. {@code -Dsealane.link.held=60} holds the link for so many seconds, longer
 * than a request waits for its answer.
 */
@Timeout(600)
class OwnerFaultsIT {
  private static final Duration HELD = Duration.ofSeconds(Long.getLong("sealane.link.held", 4));

  /** A turn may wait for requests that are given up after half a minute. */
  private static final String TURN_TIMEOUT = "2s";

  private static final int WRITE_BYTES = 64 << 10;
  private static final int WRITES_BEFORE_AND_AFTER = 20;

  /** As many as the disk has room for; the owner is gone long before. */
  private static final int WRITES_MAX = 1024;

  @TempDir private static Path directory;
  private static FaultCluster cluster;
  private static LinkRelay link;

  @BeforeAll
  static void start() throws Exception {
    cluster = FaultCluster.start(directory, 2);
    cluster.createVolume("v1", "node1");
    cluster.addDisk("d1", "node1", (long) WRITES_MAX * WRITE_BYTES, "v1");
    link = cluster.link("node2", "node1");
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static PatternLoad load(boolean tolerant) {
    PatternLoad load = new PatternLoad(cluster.canary(), tolerant);
    load.file(() -> cluster.node("node2"), "v1", "user");
    load.disk(() -> cluster.node("node2"), "d1", 0);
    return load;
  }

  @ParameterizedTest
  @ValueSource(strings = {"encrypt", "clear"})
  void shouldNameWhoIsMissingWhileALinkIsCutAndSendNothingWeaker(String to) throws Exception {
    turn(to.equals("clear") ? "encrypt" : "clear");
    PatternLoad load = load(false);
    try {
      load.awaitRounds(2);
      LinkRelay.Seen before = link.seen();
      link.hold();
      long untilNanos = System.nanoTime() + HELD.toNanos();
      CommandRun set =
          CommandRun.of(
              directory,
              "policy",
              "set",
              "v1",
              "--csv",
              to,
              "--sbl",
              to,
              "--wait",
              "--timeout",
              TURN_TIMEOUT);
      if (HELD.compareTo(Duration.ofSeconds(30)) < 0) {
        assertThat(set.exit()).as(set.out()).isEqualTo(1);
        assertThat(set.err().lines()).as(set.err()).hasSize(1);
        assertThat(set.err()).contains("missing").contains("node2");
      }
      await("the link is held")
          .atMost(HELD.plus(FaultCluster.LIMIT))
          .until(() -> System.nanoTime() - untilNanos >= 0);
      if (to.equals("clear")) {
        assertThat(link.seen().canaries()).isEqualTo(before.canaries());
      }
      link.restore();

      ClusterStatus.Volume now = cluster.status("node1").volumes().getFirst();
      long wanted = now.turn() == null ? now.epoch() : now.turn().epoch();
      Turn done = cluster.await("node1", "v1", wanted, FaultCluster.LIMIT);
      assertThat(done.state()).as("%s", done.missing()).isEqualTo("complete");
      load.awaitRounds(2);
      if (to.equals("encrypt")) {
        assertSealedSince(done);
      } else {
        assertThat(link.seen().canaries()).isGreaterThan(before.canaries());
      }
    } finally {
      load.finish();
    }
  }

  /** Requests that arrive and get no answer, and requests that do not arrive. */
  @ParameterizedTest
  @EnumSource(LinkRelay.Way.class)
  void shouldFailNoRequestWhenOneWayOfTheLinkIsHeld(LinkRelay.Way way) throws Exception {
    turn("encrypt");
    PatternLoad load = load(false);
    try {
      load.awaitRounds(2);
      link.hold(way);
      long untilNanos = System.nanoTime() + HELD.toNanos();
      await("one way is held")
          .atMost(HELD.plus(FaultCluster.LIMIT))
          .until(() -> System.nanoTime() - untilNanos >= 0);
      link.restore();
      load.awaitRounds(2);
    } finally {
      load.finish();
    }
  }

  @Test
  void shouldTurnWhileTheLinkBreaksAgainAndAgain() throws Exception {
    PatternLoad load = load(true);
    try {
      for (String level : List.of("clear", "encrypt", "sign", "encrypt")) {
        load.awaitRounds(1);
        long epoch = cluster.begin("node1", "v1", level, level);
        link.cut();
        Turn done = cluster.await("node1", "v1", epoch, FaultCluster.LIMIT);
        assertThat(done.state()).as("%s", done.missing()).isEqualTo("complete");
        link.cut();
        load.awaitRounds(1);
        if (level.equals("encrypt")) {
          assertSealedSince(done);
        }
      }
    } finally {
      load.finish();
    }
  }

  /** One that was acknowledged: where, and what. */
  private record Written(String path, long offset, byte[] content) {}

  @Test
  void shouldLoseNothingThatWasAcknowledgedWhenTheOwnerIsKilled() throws Exception {
    turn("encrypt");
    List<Written> acknowledged = new ArrayList<>();
    Random random = new Random(11);
    CompletableFuture<Void> back = new CompletableFuture<>();
    int failed = 0;
    int afterIt = 0;
    for (int i = 0; i < WRITES_MAX && afterIt < WRITES_BEFORE_AND_AFTER; i++) {
      if (i == WRITES_BEFORE_AND_AFTER) {
        Thread.ofPlatform().start(() -> killAndRestart("node1", back));
      }
      byte[] content = new byte[WRITE_BYTES];
      random.nextBytes(content);
      Written next = new Written("/kept" + i, (long) i * WRITE_BYTES, content);
      boolean isBack = back.isDone();
      if (write(next)) {
        acknowledged.add(next);
        afterIt += isBack ? 1 : 0;
      } else {
        failed++;
        awaitServed(back, acknowledged.getFirst());
      }
    }
    assertThat(back).as("the owner is back").isCompleted();
    assertThat(afterIt).as("written after it was back").isEqualTo(WRITES_BEFORE_AND_AFTER);
    assertThat(failed).as("only what was under way as it died").isLessThanOrEqualTo(2);
    for (Written written : acknowledged) {
      assertThat(read(FileRoutes.FILE, Map.of("volume", "v1", "path", written.path())))
          .as(written.path())
          .isEqualTo(written.content());
      assertThat(read(BlockRoutes.BLOCKS, range(written)))
          .as("disk at " + written.offset())
          .isEqualTo(written.content());
    }
  }

  private static void killAndRestart(String node, CompletableFuture<Void> back) {
    try {
      cluster.kill(node);
      cluster.restart(node);
      back.complete(null);
    } catch (Exception | AssertionError e) {
      back.completeExceptionally(e);
    }
  }

  /** What was asked while nobody listened was refused; there is no use in asking before. */
  private static void awaitServed(CompletableFuture<Void> back, Written written) throws Exception {
    back.get(FaultCluster.LIMIT.toSeconds(), TimeUnit.SECONDS);
    await("the owner serves again")
        .atMost(FaultCluster.LIMIT)
        .ignoreExceptionsInstanceOf(AdminException.class)
        .until(() ->
            read(FileRoutes.FILE, Map.of("volume", "v1", "path", written.path())).length > 0
                && read(BlockRoutes.BLOCKS, range(written)).length > 0);
  }

  private static Map<String, String> range(Written written) {
    return Map.of(
        "disk", "d1",
        "offset", Long.toString(written.offset()),
        "length", Integer.toString(WRITE_BYTES));
  }

  /** A file, flushed before it is acknowledged, and a block, written through. */
  private static boolean write(Written next) {
    try {
      cluster
          .node("node2")
          .put(
              FileRoutes.FILE,
              Map.of("volume", "v1", "path", next.path()),
              BodyPublishers.ofByteArray(next.content()));
      cluster
          .node("node2")
          .put(
              BlockRoutes.BLOCKS,
              Map.of("disk", "d1", "offset", Long.toString(next.offset())),
              BodyPublishers.ofByteArray(next.content()));
      return true;
    } catch (AdminException _) {
      // The owner is gone: what was not acknowledged may be there or not.
      return false;
    }
  }

  private static byte[] read(String route, Map<String, String> parameters) throws Exception {
    try (InputStream in = cluster.node("node2").stream(route, parameters)) {
      return in.readAllBytes();
    }
  }

  private static void turn(String level) throws Exception {
    long epoch = cluster.begin("node1", "v1", level, level);
    Turn turn = cluster.await("node1", "v1", epoch, FaultCluster.LIMIT);
    assertThat(turn.state()).as("%s", turn.missing()).isEqualTo("complete");
  }

  private static void assertSealedSince(Turn done) {
    long enforcedMillis =
        done.nodes().stream()
            .map(NodeTimes::enforcedAt)
            .filter(Objects::nonNull)
            .mapToLong(at -> at.toEpochMilli())
            .min()
            .orElseThrow();
    assertThat(link.seen().canaries()).as("was clear before").isPositive();
    assertThat(link.seen().lastCanaryMillis())
        .as("the last clear byte, against the commit")
        .isLessThanOrEqualTo(enforcedMillis);
  }
}
