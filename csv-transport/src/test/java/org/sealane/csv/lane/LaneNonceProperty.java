package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.sealane.smb.lane.Level;

/**
 * No key of a lane sees a nonce twice, whatever makes the lane move: a relay records every frame of
 * both directions, over moves, lost connections and restarts of the other node.
 */
class LaneNonceProperty {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Something that happens to a lane under load. */
  record Event(int way, Level level) {}

  @Provide
  Arbitrary<List<Event>> events() {
    return Combinators.combine(
            Arbitraries.integers().between(0, MovableLane.WAYS - 1),
            Arbitraries.of(Level.SIGN, Level.ENCRYPT))
        .as(Event::new)
        .list()
        .ofSize(5);
  }

  @Property(tries = 4, shrinking = ShrinkingMode.OFF)
  void shouldUseNoNonceTwiceUnderOneKey(@ForAll("events") List<Event> events) throws Exception {
    Path root = Files.createTempDirectory("nonces");
    LaneNonces nonces = new LaneNonces();
    try (MovableLane lane = new MovableLane(root)) {
      LaneLoad load = new LaneLoad(lane.share, 2, 9);
      for (Event event : events) {
        lane.level(event.level());
        long done = load.done();
        await().atMost(LIMIT).until(() -> load.done() > done + 20 || !load.failures().isEmpty());
        long before = lane.moves().count();
        lane.provoke(event.way());
        await()
            .atMost(LIMIT)
            .until(() -> lane.moves().count() > before || !load.failures().isEmpty());
        lane.settle();
      }
      load.finish(root);
      nonces.add(lane.relay);
    } finally {
      delete(root);
    }
    assertThat(nonces.sealed() + nonces.signed()).isGreaterThan(100);
  }

  private static void delete(Path root) throws IOException {
    try (var paths = Files.walk(root)) {
      for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  @Example
  void shouldFindANonceThatComesTwice() {
    byte[] sealed = new byte[52];
    sealed[0] = (byte) 0xFD;
    sealed[1] = 'S';
    sealed[2] = 'M';
    sealed[3] = 'B';
    LaneNonces nonces = new LaneNonces();
    nonces.add(LaneRelay.Direction.REQUEST, sealed);
    nonces.add(LaneRelay.Direction.RESPONSE, sealed);

    assertThatThrownBy(() -> nonces.add(LaneRelay.Direction.REQUEST, sealed))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("nonce");
  }
}
