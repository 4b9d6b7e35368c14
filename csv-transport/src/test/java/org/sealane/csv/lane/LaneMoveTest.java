package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.lane.LaneMoves;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.MoveCause;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.NtStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lanes that take new sessions under load, by every cause. {@code -Dsealane.moves=1000} makes a
 * soak of the first test.
 */
class LaneMoveTest {
  private static final Logger LOG = LoggerFactory.getLogger(LaneMoveTest.class);
  private static final int MOVES = Integer.getInteger("sealane.moves", 20);
  private static final int USERS = 4;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Caller CALLER = new Caller("node2", "node2");
  @TempDir Path root;
  private MovableLane lane;

  @BeforeEach
  void start() throws Exception {
    lane = new MovableLane(root);
  }

  @AfterEach
  void stop() throws Exception {
    lane.close();
  }

  private ShareOpen open(String name, CreateDisposition disposition, int options)
      throws ShareException {
    return lane.share.create(
        new CreateParameters(
            SharePath.ofWire(name),
            AccessMask.GENERIC_ALL,
            0,
            CreateParameters.SHARE_ALL,
            disposition,
            options),
        CALLER);
  }

  private static MemorySegment bytes(int value) {
    return MemorySegment.ofArray(new byte[] {(byte) value});
  }

  @Test
  void shouldFailNoRequestWhenTheLaneMovesUnderLoad() throws Exception {
    lane.relay.forget();
    LaneLoad load = new LaneLoad(lane.share, USERS, 5);
    for (int i = 0; i < MOVES; i++) {
      long done = load.done();
      await("load before move " + i)
          .atMost(LIMIT)
          .until(() -> load.done() > done + 50 || !load.failures().isEmpty());
      long before = lane.moves().count();
      MoveCause cause = lane.provoke(i % MovableLane.WAYS);
      long ofCause = lane.moves(cause);
      await("move " + i + " by " + cause)
          .atMost(LIMIT)
          .until(() ->
              lane.moves().count() > before && lane.moves(cause) >= Math.max(1, ofCause)
                  || !load.failures().isEmpty());
      lane.settle();
    }
    load.finish(root);
    assertThat(lane.moves().count()).isGreaterThanOrEqualTo(MOVES);
    assertThat(lane.moves().lost()).isZero();
    assertThat(lane.moves().max()).isPositive();
    LOG.info("{} requests beside {}", load.done(), lane.moves());
    await()
        .atMost(LIMIT)
        .until(() -> lane.nodes.server().lanes().server().durableOpensWaiting() == 0);
  }

  @Test
  void shouldKeepTheLaterContentWhenAWriteLostWithItsLinkIsSentAgain() throws Exception {
    HeldShare held = new HeldShare(lane.directory, (byte) 1);
    lane.shares.put(MovableLane.VOLUME, held);
    try (ShareOpen file = open("file", CreateDisposition.CREATE, 0)) {
      CompletableFuture<Void> old = CompletableFuture.runAsync(() -> write(file, 1));
      held.awaitHeld();

      lane.relay.cut();
      // The client asks for a new session in the place of the one whose write is held.
      await().atMost(LIMIT).until(() -> lane.relay.links().size() > 1);
      LaneRelay.Link second = lane.relay.links().get(1);
      // NEGOTIATE and both steps of SESSION_SETUP, the last of which gets no answer yet.
      await().atMost(LIMIT).until(() -> second.frames(LaneRelay.Direction.REQUEST).size() == 3);
      CompletableFuture<Void> newer = old.thenRun(() -> write(file, 2));
      assertThat(held.written()).as("served beside the old write").isEmpty();
      assertThat(old).isNotDone();
      assertThat(second.frames(LaneRelay.Direction.RESPONSE)).hasSize(2);

      held.release();
      newer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
    assertThat(held.written()).containsExactly((byte) 1, (byte) 1, (byte) 2);
    assertThat(Files.readAllBytes(root.resolve("file"))).containsExactly(2);
  }

  private static void write(ShareOpen file, int value) {
    write(file, bytes(value));
  }

  private static void write(ShareOpen file, MemorySegment content) {
    try {
      file.write(0, content, false);
    } catch (ShareException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldNeverGiveAnotherFileWhenTheServerHasForgottenAnOpen() throws Exception {
    ShareOpen replaced = open("replaced", CreateDisposition.CREATE, 0);
    ShareOpen gone = open("gone", CreateDisposition.CREATE, 0);
    ShareOpen kept = open("kept", CreateDisposition.CREATE, 0);
    Files.move(root.resolve("replaced"), root.resolve("elsewhere"));
    Files.createFile(root.resolve("replaced"));
    Files.delete(root.resolve("gone"));

    lane.restart();

    assertFails(replaced, NtStatus.FILE_CLOSED, "another file");
    assertFails(gone, NtStatus.OBJECT_NAME_NOT_FOUND, "gone");
    kept.write(0, bytes(3), false);
    assertThat(Files.readAllBytes(root.resolve("kept"))).containsExactly(3);
    assertThat(root.resolve("replaced")).isEmptyFile();
    assertThat(lane.moves().remade()).isEqualTo(1);
    assertThat(lane.moves().lost()).isEqualTo(2);
    for (ShareOpen each : List.of(replaced, gone, kept)) {
      each.close();
    }
  }

  private static void assertFails(ShareOpen open, NtStatus status, String says) {
    assertThatThrownBy(() -> open.write(0, bytes(9), false))
        .isInstanceOfSatisfying(ShareException.class, e -> assertThat(e.status()).isEqualTo(status))
        .hasMessageContaining(says);
  }

  @Test
  void shouldKeepWhatAnOpenMeansWhenTheServerRestarts() throws Exception {
    ShareOpen deleted = open("deleted", CreateDisposition.CREATE, CreateOptions.DELETE_ON_CLOSE);
    ShareOpen renamed = open("old", CreateDisposition.CREATE, 0);
    renamed.setInformation(new FileChange.Rename(SharePath.ofWire("new"), false));

    lane.restart();
    renamed.write(0, bytes(4), false);
    deleted.write(0, bytes(5), false);
    renamed.close();
    deleted.close();

    assertThat(Files.readAllBytes(root.resolve("new"))).containsExactly(4);
    assertThat(root.resolve("old")).doesNotExist();
    assertThat(root.resolve("deleted")).doesNotExist();
  }

  @Test
  void shouldDeleteTheFileWhenTheServerRestartsBeforeTheCloseArrives() throws Exception {
    ShareOpen deleted = open("deleted", CreateDisposition.CREATE, CreateOptions.DELETE_ON_CLOSE);
    CountDownLatch lost = new CountDownLatch(1);
    lane.relay.tap((_, direction, _, frame) -> {
      if (direction == LaneRelay.Direction.REQUEST) {
        lane.relay.tap(LaneRelay.Tap.UNCHANGED);
        lane.relay.target(nobody());
        lane.relay.cut();
        lost.countDown();
      }
      return frame;
    });

    CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> close(deleted));
    assertThat(lost.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    lane.restart();
    closing.get(LIMIT.toSeconds(), TimeUnit.SECONDS);

    assertThat(lane.moves().remade()).isEqualTo(1);
    assertThat(root.resolve("deleted")).doesNotExist();
  }

  /** An address where nothing listens. */
  private static InetSocketAddress nobody() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void close(ShareOpen open) {
    try {
      open.close();
    } catch (ShareException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldListEachNameOnceWhenTheLaneIsLostBetweenPages() throws Exception {
    List<String> expected = IntStream.range(0, 2_000).mapToObj(i -> "f" + i).toList();
    for (String name : expected) {
      Files.createFile(root.resolve(name));
    }
    List<String> names = new ArrayList<>();
    try (ShareOpen listed = open("", CreateDisposition.OPEN, CreateOptions.DIRECTORY_FILE)) {
      List<FileInformation> page = listed.queryDirectory("f*", true, 300);
      while (!page.isEmpty()) {
        page.forEach(entry -> names.add(entry.name()));
        if (names.size() == 600) {
          lane.relay.cut();
        } else if (names.size() == 1_200) {
          lane.restart();
        }
        page = listed.queryDirectory("f*", false, 300);
      }
    }
    assertThat(names).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void shouldMakeAFileOnceWhenTheAnswerToItsCreateIsLost() throws Exception {
    open("first", CreateDisposition.CREATE, 0).close();
    int answered = lane.relay.links().getLast().frames(LaneRelay.Direction.RESPONSE).size();
    lane.relay.tap((link, direction, index, frame) -> {
      if (direction == LaneRelay.Direction.RESPONSE && index == answered) {
        lane.relay.tap(LaneRelay.Tap.UNCHANGED);
        lane.relay.cut();
      }
      return frame;
    });

    try (ShareOpen file = open("second", CreateDisposition.CREATE, 0)) {
      file.write(0, bytes(6), false);
    }
    assertThat(Files.readAllBytes(root.resolve("second"))).containsExactly(6);
    assertThat(lane.moves().remade()).isZero();
  }

  @Test
  void shouldMakeAFileOnceWhenTheServerEndsBeforeItAnswersTheCreate() throws Exception {
    open("first", CreateDisposition.CREATE, 0).close();
    int answered = lane.relay.links().getLast().frames(LaneRelay.Direction.RESPONSE).size();
    CountDownLatch lost = new CountDownLatch(1);
    lane.relay.tap((link, direction, index, frame) -> {
      if (direction == LaneRelay.Direction.RESPONSE && index == answered) {
        lane.relay.tap(LaneRelay.Tap.UNCHANGED);
        lane.relay.target(nobody());
        lane.relay.cut();
        lost.countDown();
      }
      return frame;
    });

    CompletableFuture<ShareOpen> creating =
        CompletableFuture.supplyAsync(() -> {
          try {
            return open("second", CreateDisposition.CREATE, 0);
          } catch (ShareException e) {
            throw new AssertionError(e);
          }
        });
    assertThat(lost.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(root.resolve("second")).as("made, and not answered").exists();
    lane.restart();

    try (ShareOpen file = creating.get(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      assertThat(file.action()).isEqualTo(CreateAction.CREATED);
      file.write(0, bytes(6), false);
    }
    assertThat(Files.readAllBytes(root.resolve("second"))).containsExactly(6);
    assertThatThrownBy(() -> open("second", CreateDisposition.CREATE, 0))
        .isInstanceOfSatisfying(
            ShareException.class,
            e -> assertThat(e.status()).isEqualTo(NtStatus.OBJECT_NAME_COLLISION));
  }

  @Test
  void shouldSealWhatIsQueuedInTheClearWhenTheLeaseEnds() throws Exception {
    byte[] content = LaneVolumes.random(40 << 20, 4);
    lane.level(Level.CLEAR);
    try (ShareOpen file = open("file", CreateDisposition.CREATE, 0)) {
      CountDownLatch reached = new CountDownLatch(1);
      CountDownLatch released = new CountDownLatch(1);
      lane.relay.tap((_, direction, _, frame) -> {
        if (direction == LaneRelay.Direction.REQUEST && frame.length > 1 << 20) {
          reached.countDown();
          awaitUninterruptibly(released);
        }
        return frame;
      });
      CompletableFuture<Void> written =
          CompletableFuture.runAsync(() -> write(file, MemorySegment.ofArray(content)));
      reached.await();

      lane.nodes.client().rules().failSealed(true);
      released.countDown();
      written.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
    assertThat(Files.readAllBytes(root.resolve("file"))).isEqualTo(content);
    assertThat(lane.moves(MoveCause.LOSS)).isEqualTo(1);
    assertThat(lane.nodes.payload().sealed()).isEqualTo(content.length);
    long clear =
        lane.relay.links().stream()
            .flatMap(link -> link.frames(LaneRelay.Direction.REQUEST).stream())
            .filter(frame -> frame[0] == (byte) 0xFE && frame.length > 1 << 20)
            .mapToLong(frame -> frame.length)
            .sum();
    assertThat(clear).as("what the kernel had already, no more").isLessThan(content.length);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldFailWhatIsAskedWhenTheNodeShutsDownDuringAMove() throws Exception {
    ShareOpen file = open("file", CreateDisposition.CREATE, 0);
    lane.relay.close();
    lane.relay.cut();
    CompletableFuture<Void> held = CompletableFuture.runAsync(() -> write(file, 7));
    await().atMost(LIMIT).until(() -> lane.moves().equals(LaneMoves.NONE) || !held.isDone());

    lane.nodes.client().lanes().lanes().close();

    assertThatThrownBy(() -> held.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
        .hasMessageContaining("shutting down");
    file.close();
  }
}
