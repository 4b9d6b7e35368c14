package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.sealane.cluster.lane.TwoLaneNodes.policy;

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
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.lane.TwoLaneNodes;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneMoves;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.MoveCause;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareBackend;
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
  private static final UUID VOLUME = new UUID(1, 0);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Caller CALLER = new Caller("node2", "node2");
  private static final RekeyLimits BY_MESSAGES = new RekeyLimits(1L << 40, 64, Duration.ofHours(1));
  private static final RekeyLimits BY_BYTES =
      new RekeyLimits(1 << 20, 1L << 40, Duration.ofHours(1));
  private static final RekeyLimits BY_TIME =
      new RekeyLimits(1L << 40, 1L << 40, Duration.ofSeconds(1));

  @TempDir Path root;
  private final ConcurrentHashMap<UUID, ShareBackend> shares = new ConcurrentHashMap<>();
  private DirectoryShare directory;
  private TwoLaneNodes nodes;
  private LaneRelay relay;
  private ShareBackend share;
  private long epoch;
  private CipherId cipher = CipherId.AES_128_GCM;

  @BeforeEach
  void start() throws Exception {
    directory = new DirectoryShare(root, DirectoryShare.Settings.of("v", 1));
    shares.put(VOLUME, directory);
    nodes = new TwoLaneNodes((volume, _) -> Optional.ofNullable(shares.get(volume)));
    relay = new LaneRelay(nodes.server().lanes().address());
    nodes.client().lanes().lanes().detour("node1", Optional.of(relay.address()));
    share = nodes.share(VOLUME, LaneKind.CSV);
    publish(RekeyLimits.DEFAULT);
  }

  @AfterEach
  void stop() throws Exception {
    nodes.close();
    relay.close();
    directory.close();
  }

  /** Both nodes send under a new policy and accept the one before, too. */
  private void publish(RekeyLimits rekey) {
    LanePolicy before = nodes.client().rules().rule(VOLUME, LaneKind.CSV).send();
    epoch++;
    LanePolicy plain = policy(VOLUME, LaneKind.CSV, epoch, Level.ENCRYPT, cipher);
    LanePolicy next =
        new LanePolicy(
            plain.volume(),
            plain.kind(),
            plain.epoch(),
            plain.level(),
            plain.ciphers(),
            plain.signing(),
            plain.transport(),
            rekey);
    nodes.publish(new LaneRule(next, List.of(next, before)));
  }

  private ShareOpen open(String name, CreateDisposition disposition, int options)
      throws ShareException {
    return share.create(
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

  private LaneMoves moves() {
    return nodes.client().lanes().lanes().status().stream()
        .map(LaneStatus::moves)
        .findFirst()
        .orElse(LaneMoves.NONE);
  }

  private long moves(MoveCause cause) {
    return moves().byCause().getOrDefault(cause, 0L);
  }

  private void restart() throws IOException {
    nodes.restartServer();
    relay.target(nodes.server().lanes().address());
  }

  /** Makes the lane move, and says why it will say that it did. */
  private MoveCause provoke(int number) throws IOException {
    return switch (number % 8) {
      case 0 -> {
        publish(BY_MESSAGES);
        yield MoveCause.REKEY;
      }
      case 1 -> {
        publish(BY_BYTES);
        yield MoveCause.REKEY;
      }
      case 2 -> {
        publish(BY_TIME);
        yield MoveCause.REKEY;
      }
      case 3 -> {
        cipher = cipher == CipherId.AES_128_GCM ? CipherId.AES_256_GCM : CipherId.AES_128_GCM;
        publish(RekeyLimits.DEFAULT);
        yield MoveCause.POLICY;
      }
      case 4 -> {
        nodes.client().lanes().lanes().detour("node1", Optional.of(relay.address()));
        yield MoveCause.ROUTE;
      }
      case 5 -> {
        relay.cut();
        yield MoveCause.LOSS;
      }
      case 6 -> {
        nodes.server().lanes().reset("node2", "test");
        yield MoveCause.LOSS;
      }
      default -> {
        restart();
        yield MoveCause.LOSS;
      }
    };
  }

  @Test
  void shouldFailNoRequestWhenTheLaneMovesUnderLoad() throws Exception {
    LaneLoad load = new LaneLoad(share, USERS, 5);
    for (int i = 0; i < MOVES; i++) {
      long done = load.done();
      await("load before move " + i)
          .atMost(LIMIT)
          .until(() -> load.done() > done + 50 || !load.failures().isEmpty());
      long before = moves().count();
      MoveCause cause = provoke(i);
      long ofCause = moves(cause);
      await("move " + i + " by " + cause)
          .atMost(LIMIT)
          .until(() ->
              moves().count() > before && moves(cause) >= Math.max(1, ofCause)
                  || !load.failures().isEmpty());
      publish(RekeyLimits.DEFAULT);
    }
    load.finish(root);
    assertThat(moves().count()).isGreaterThanOrEqualTo(MOVES);
    assertThat(moves().lost()).isZero();
    assertThat(moves().max()).isPositive();
    LOG.info("{} requests beside {}", load.done(), moves());
    await().atMost(LIMIT).until(() -> nodes.server().lanes().server().durableOpensWaiting() == 0);
  }

  @Test
  void shouldKeepTheLaterContentWhenAWriteLostWithItsLinkIsSentAgain() throws Exception {
    HeldShare held = new HeldShare(directory, (byte) 1);
    shares.put(VOLUME, held);
    try (ShareOpen file = open("file", CreateDisposition.CREATE, 0)) {
      CompletableFuture<Void> old = CompletableFuture.runAsync(() -> write(file, 1));
      held.awaitHeld();

      relay.cut();
      // The client asks for a new session in the place of the one whose write is held.
      await().atMost(LIMIT).until(() -> relay.links().size() > 2);
      CompletableFuture<Void> newer = old.thenRun(() -> write(file, 2));
      assertThat(held.written()).as("served beside the old write").isEmpty();
      assertThat(old).isNotDone();

      held.release();
      newer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
    assertThat(held.written()).containsExactly((byte) 1, (byte) 1, (byte) 2);
    assertThat(Files.readAllBytes(root.resolve("file"))).containsExactly(2);
  }

  private static void write(ShareOpen file, int value) {
    try {
      file.write(0, bytes(value), false);
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

    restart();

    assertFails(replaced, NtStatus.FILE_CLOSED, "another file");
    assertFails(gone, NtStatus.OBJECT_NAME_NOT_FOUND, "gone");
    kept.write(0, bytes(3), false);
    assertThat(Files.readAllBytes(root.resolve("kept"))).containsExactly(3);
    assertThat(root.resolve("replaced")).isEmptyFile();
    assertThat(moves().remade()).isEqualTo(1);
    assertThat(moves().lost()).isEqualTo(2);
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

    restart();
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
    relay.tap((_, direction, _, frame) -> {
      if (direction == LaneRelay.Direction.REQUEST) {
        relay.tap(LaneRelay.Tap.UNCHANGED);
        relay.target(nobody());
        relay.cut();
        lost.countDown();
      }
      return frame;
    });

    CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> close(deleted));
    assertThat(lost.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    restart();
    closing.get(LIMIT.toSeconds(), TimeUnit.SECONDS);

    assertThat(moves().remade()).isEqualTo(1);
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
          relay.cut();
        } else if (names.size() == 1_200) {
          restart();
        }
        page = listed.queryDirectory("f*", false, 300);
      }
    }
    assertThat(names).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void shouldMakeAFileOnceWhenTheAnswerToItsCreateIsLost() throws Exception {
    open("first", CreateDisposition.CREATE, 0).close();
    int answered = relay.links().getLast().frames(LaneRelay.Direction.RESPONSE).size();
    relay.tap((link, direction, index, frame) -> {
      if (direction == LaneRelay.Direction.RESPONSE && index == answered) {
        relay.tap(LaneRelay.Tap.UNCHANGED);
        relay.cut();
      }
      return frame;
    });

    try (ShareOpen file = open("second", CreateDisposition.CREATE, 0)) {
      file.write(0, bytes(6), false);
    }
    assertThat(Files.readAllBytes(root.resolve("second"))).containsExactly(6);
    assertThat(moves().remade()).isZero();
  }

  @Test
  void shouldFailWhatIsAskedWhenTheNodeShutsDownDuringAMove() throws Exception {
    ShareOpen file = open("file", CreateDisposition.CREATE, 0);
    relay.close();
    relay.cut();
    CompletableFuture<Void> held = CompletableFuture.runAsync(() -> write(file, 7));
    await().atMost(LIMIT).until(() -> moves().equals(LaneMoves.NONE) || !held.isDone());

    nodes.client().lanes().lanes().close();

    assertThatThrownBy(() -> held.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
        .hasMessageContaining("shutting down");
    file.close();
  }
}
