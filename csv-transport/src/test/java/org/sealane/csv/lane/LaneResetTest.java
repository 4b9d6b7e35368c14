package org.sealane.csv.lane;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.server.ServerStatus;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;

/** What fencing rests on: a reset is done when nothing can pass over earlier connections. */
class LaneResetTest {
  private static final long LIMIT_SECONDS = 60;
  private static final Caller CALLER = new Caller("node2", "node2");

  @TempDir private Path root;
  private MovableLane lane;

  @BeforeEach
  void start() throws Exception {
    lane = new MovableLane(root);
  }

  @AfterEach
  void stop() throws Exception {
    lane.close();
  }

  private ShareOpen open() {
    try {
      return lane.share.create(
          new CreateParameters(
              SharePath.ofWire("file"),
              AccessMask.GENERIC_ALL,
              0,
              CreateParameters.SHARE_ALL,
              CreateDisposition.OPEN_IF,
              0),
          CALLER);
    } catch (ShareException e) {
      throw new AssertionError(e);
    }
  }

  private List<Long> connections() {
    return lane.nodes.server().lanes().server().status().connections().stream()
        .map(ServerStatus.ConnectionStatus::id)
        .toList();
  }

  private void resetAtServer() throws Exception {
    lane.nodes
        .server()
        .lanes()
        .reset("node2", "cut off")
        .toCompletableFuture()
        .get(LIMIT_SECONDS, SECONDS);
  }

  @Test
  void shouldHaveNoConnectionLeftWhenAResetIsDone() throws Exception {
    try (ShareOpen file = open()) {
      List<Long> before = connections();

      resetAtServer();

      assertThat(before).isNotEmpty();
      assertThat(connections()).doesNotContainAnyElementsOf(before);
      file.write(0, MemorySegment.ofArray(new byte[] {7}), false);
    }
    assertThat(root.resolve("file")).hasBinaryContent(new byte[] {7});
  }

  @Test
  void shouldNotServeAPeerThatWasStillProvingItselfWhenItWasCutOff() throws Exception {
    HeldHandshake held = new HeldHandshake();
    CompletableFuture<ShareOpen> opening = CompletableFuture.supplyAsync(this::open);
    held.awaitBegun();

    resetAtServer();
    held.release();

    assertThatThrownBy(() -> opening.get(LIMIT_SECONDS, SECONDS))
        .hasStackTraceContaining(ShareException.class.getName());
    open().close();
  }

  @Test
  void shouldUseNoSessionThatWasBegunBeforeItsLaneWasReset() throws Exception {
    HeldHandshake held = new HeldHandshake();
    CompletableFuture<ShareOpen> opening = CompletableFuture.supplyAsync(this::open);
    held.awaitBegun();

    lane.nodes
        .client()
        .lanes()
        .reset("node1", "cut off")
        .toCompletableFuture()
        .get(LIMIT_SECONDS, SECONDS);
    held.release();

    opening.get(LIMIT_SECONDS, SECONDS).close();
    assertThat(lane.relay.links()).hasSize(2);
  }

  /** Keeps the answer to the first NEGOTIATE from its client until the test lets it go. */
  private final class HeldHandshake {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    HeldHandshake() {
      lane.relay.tap((_, direction, _, frame) -> {
        if (direction == LaneRelay.Direction.RESPONSE) {
          lane.relay.tap(LaneRelay.Tap.UNCHANGED);
          begun.countDown();
          await(released);
        }
        return frame;
      });
    }

    void awaitBegun() {
      await(begun);
    }

    void release() {
      released.countDown();
    }

    private static void await(CountDownLatch latch) {
      try {
        assertThat(latch.await(LIMIT_SECONDS, SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
