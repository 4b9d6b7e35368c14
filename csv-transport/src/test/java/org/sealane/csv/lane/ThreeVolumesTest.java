package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.sealane.csv.lane.LaneVolumes.random;
import static org.sealane.csv.lane.LaneVolumes.writeAndRead;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.csv.lane.LaneRelay.Direction;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.ServerEvent;
import org.sealane.smb.server.ServerStatus;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;

/** Volumes at different levels between the same two nodes: their lanes share nothing. */
class ThreeVolumesTest {
  private static final int BLOCK_BYTES = 64 << 10;
  private static final int BLOCKS = 24;

  /** SessionId in a TRANSFORM_HEADER, [MS-SMB2] 2.2.41. */
  private static final int TRANSFORM_SESSION_ID = 44;

  private static final UUID VICTIM = new UUID(2, 0);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path root;
  private LaneVolumes volumes;

  @BeforeEach
  void start() throws Exception {
    volumes = new LaneVolumes(root);
    for (Level level : Level.values()) {
      volumes.add(volume(level), level);
    }
  }

  @AfterEach
  void stop() throws Exception {
    volumes.close();
  }

  private static UUID volume(Level level) {
    return new UUID(1, level.ordinal());
  }

  private static byte[] block(Level level, int number) {
    return random(BLOCK_BYTES, 1_000L * level.ordinal() + number);
  }

  private static long at(Level level, long sealed, long signed, long clear) {
    return switch (level) {
      case CLEAR -> clear;
      case SIGN -> signed;
      case ENCRYPT -> sealed;
    };
  }

  @Test
  void shouldCountEachVolumeAtItsOwnLevelWhenAllAreUnderLoad() throws Exception {
    Map<Level, ShareOpen> files = new EnumMap<>(Level.class);
    for (Level level : Level.values()) {
      files.put(level, volumes.open(volume(level), "file"));
    }

    loadAllAtOnce(files);

    long bytes = (long) BLOCKS * BLOCK_BYTES;
    for (Level level : Level.values()) {
      LaneStatus lane = lane(level);
      PayloadBytes used = lane.payload();
      assertThat(lane.level()).isEqualTo(level);
      assertThat(at(level, used.sealed(), used.signed(), used.clear())).isEqualTo(2 * bytes);
      assertThat(used.sealed() + used.signed() + used.clear()).isEqualTo(2 * bytes);
      ServerStatus.TreeStatus served = session(volume(level)).trees().getFirst();
      for (ServerStatus.PayloadBytes way : List.of(served.sent(), served.received())) {
        assertThat(at(level, way.sealed(), way.signed(), way.clear())).isEqualTo(bytes);
        assertThat(way.sealed() + way.signed() + way.clear()).isEqualTo(bytes);
      }
    }
    List<ServerStatus.ConnectionStatus> connections =
        volumes.nodes.server().lanes().server().status().connections();
    assertThat(connections).hasSize(3).allSatisfy(one -> assertThat(one.sessions()).hasSize(1));
    assertThat(connections)
        .extracting(one -> one.sessions().getFirst().sessionId())
        .doesNotHaveDuplicates();
    for (ShareOpen file : files.values()) {
      file.close();
    }
  }

  private static void loadAllAtOnce(Map<Level, ShareOpen> files) throws Exception {
    CyclicBarrier together = new CyclicBarrier(files.size());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<? extends Future<?>> loads =
          files.entrySet().stream()
              .map(file ->
                  threads.submit(() -> {
                    for (int i = 0; i < BLOCKS; i++) {
                      // Each round starts on all three together.
                      together.await();
                      byte[] block = block(file.getKey(), i);
                      assertThat(writeAndRead(file.getValue(), (long) i * BLOCK_BYTES, block))
                          .isEqualTo(block);
                    }
                    return null;
                  }))
              .toList();
      for (Future<?> load : loads) {
        load.get();
      }
    }
  }

  private LaneStatus lane(Level level) {
    return volumes.nodes.client().lanes().lanes().status().stream()
        .filter(lane -> lane.key().volume().equals(volume(level)))
        .findFirst()
        .orElseThrow();
  }

  private ServerStatus.SessionStatus session(UUID volume) {
    return volumes.nodes.server().lanes().server().status().connections().stream()
        .flatMap(connection -> connection.sessions().stream())
        .filter(session ->
            session.trees().stream().anyMatch(tree -> tree.name().startsWith(volume.toString())))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldShowOnThePathOnlyWhatIsNotEncrypted() throws Exception {
    for (Level level : Level.values()) {
      try (ShareOpen file = volumes.open(volume(level), "file")) {
        byte[] block = block(level, 0);
        assertThat(writeAndRead(file, 0, block)).isEqualTo(block);

        LaneRelay.Link link = volumes.relay.links().get(level.ordinal());
        for (Direction direction : Direction.values()) {
          assertThat(link.frames(direction).stream().anyMatch(frame -> contains(frame, block)))
              .as("%s payload of a %s", level, direction)
              .isEqualTo(level != Level.ENCRYPT);
        }
      }
    }
  }

  private static boolean contains(byte[] frame, byte[] block) {
    String start = new String(block, 0, 32, StandardCharsets.ISO_8859_1);
    return new String(frame, StandardCharsets.ISO_8859_1).contains(start);
  }

  /** What is sealed under one lane's keys opens with no other lane's, whatever their levels. */
  @ParameterizedTest
  @EnumSource
  void shouldEndALaneThatGetsAFrameSealedForAnother(Level victimLevel) throws Exception {
    try (ShareOpen source = volumes.open(volume(Level.ENCRYPT), "file")) {
      byte[] sealed = sealedWriteOn(source);
      LaneRelay.Link link = victim(victimLevel);
      long session = session(VICTIM).sessionId();
      byte[] renamed = sealed.clone();
      ByteBuffer.wrap(renamed)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(TRANSFORM_SESSION_ID, session);

      link.inject(renamed);

      awaitEnd(link);
      assertThat(volumes.nodes.server().events())
          .filteredOn(event -> event.windowsId() == 1005)
          .singleElement()
          .isInstanceOfSatisfying(
              ServerEvent.TamperingSuspected.class,
              event -> assertThat(event.evidence()).isEqualTo("message does not decrypt"));
      assertUntouchedAndServedOn(source);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldEndALaneThatGetsAFrameOfAnotherSession(Level victimLevel) throws Exception {
    try (ShareOpen source = volumes.open(volume(Level.ENCRYPT), "file")) {
      byte[] sealed = sealedWriteOn(source);
      LaneRelay.Link link = victim(victimLevel);

      link.inject(sealed);

      awaitEnd(link);
      assertThat(volumes.nodes.server().events())
          .filteredOn(ServerEvent.ProtocolViolation.class::isInstance)
          .singleElement()
          .isInstanceOfSatisfying(
              ServerEvent.ProtocolViolation.class,
              event -> assertThat(event.what()).isEqualTo("encrypted message of no session"));
      assertUntouchedAndServedOn(source);
    }
  }

  /** A whole WRITE as it passed on the sealed lane, link 0. */
  private byte[] sealedWriteOn(ShareOpen source) throws ShareException {
    writeAndRead(source, 0, block(Level.ENCRYPT, 0));
    byte[] last =
        volumes.relay.links().getFirst().frames(Direction.REQUEST).stream()
            .filter(frame -> frame.length > BLOCK_BYTES)
            .reduce((_, later) -> later)
            .orElseThrow();
    assertThat(Arrays.copyOf(last, 4)).isEqualTo(new byte[] {(byte) 0xFD, 'S', 'M', 'B'});
    return last;
  }

  /** A lane with one file on it, link 1. */
  private LaneRelay.Link victim(Level level) throws Exception {
    volumes.add(VICTIM, level);
    try (ShareOpen file = volumes.open(VICTIM, "file")) {
      writeAndRead(file, 0, block(level, 7));
      assertThat(Files.readAllBytes(volumes.directory(VICTIM).resolve("file")))
          .isEqualTo(block(level, 7));
    }
    return volumes.relay.links().get(1);
  }

  private void awaitEnd(LaneRelay.Link link) {
    await().atMost(LIMIT).until(link::isClosed);
    await()
        .atMost(LIMIT)
        .until(() ->
            volumes.nodes.server().lanes().server().status().connections().size() == 1
                && volumes.nodes.client().lanes().lanes().status().size() == 1);
  }

  private void assertUntouchedAndServedOn(ShareOpen source) throws Exception {
    Path directory = volumes.directory(VICTIM);
    try (var entries = Files.list(directory)) {
      assertThat(entries).containsExactly(directory.resolve("file"));
    }
    byte[] before = Files.readAllBytes(directory.resolve("file"));
    assertThat(before).hasSize(BLOCK_BYTES);
    assertThat(before).isNotEqualTo(block(Level.ENCRYPT, 0));
    // The lane that was listened to goes on, on its own connection.
    byte[] more = block(Level.ENCRYPT, 1);
    assertThat(writeAndRead(source, BLOCK_BYTES, more)).isEqualTo(more);
    assertThat(volumes.relay.links().getFirst().isClosed()).isFalse();
    // The other one opens again.
    try (ShareOpen again = volumes.open(VICTIM, "file")) {
      assertThat(writeAndRead(again, BLOCK_BYTES, more)).isEqualTo(more);
    }
    assertThat(Files.readAllBytes(directory.resolve("file"))).startsWith(before);
    assertThat(volumes.relay.links()).hasSize(3);
  }
}
