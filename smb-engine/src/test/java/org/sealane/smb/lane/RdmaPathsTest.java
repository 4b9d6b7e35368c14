package org.sealane.smb.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RdmaPathsTest {
  private static final String PEER = "node1";

  private final AtomicLong nanos = new AtomicLong(-5);
  private final RdmaPaths paths = new RdmaPaths(nanos::get);

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** How long after now a probe is due; nobody probes before. */
  private Duration pause() {
    long before = nanos.get();
    while (!paths.beginProbe(PEER)) {
      pass(Duration.ofMillis(100));
      assertThat(nanos.get() - before).isLessThan(Duration.ofHours(1).toNanos());
    }
    return Duration.ofNanos(nanos.get() - before);
  }

  @Test
  void shouldSendLanesOverRdmaUntilItFails() {
    assertThat(paths.down(PEER)).isEmpty();
    assertThat(paths.beginProbe(PEER)).as("nothing to find out").isFalse();

    paths.failed(PEER, "cable out");

    assertThat(paths.down(PEER)).contains("cable out");
    assertThat(paths.down("node3")).as("another node").isEmpty();
  }

  @Test
  void shouldProbeLessAndLessOftenWhileItStaysDown() {
    paths.failed(PEER, "cable out");
    List<Duration> pauses = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      pauses.add(pause());
      paths.probed(PEER, Optional.of("still out"));
    }

    assertThat(pauses.getFirst()).isEqualTo(RdmaPaths.PROBE_FIRST);
    assertThat(pauses.get(1)).isEqualTo(RdmaPaths.PROBE_FIRST.multipliedBy(2));
    assertThat(pauses).isSorted().endsWith(RdmaPaths.PROBE_MAX, RdmaPaths.PROBE_MAX);
    assertThat(paths.down(PEER)).contains("still out");
  }

  @Test
  void shouldProbeOnceAtATime() {
    paths.failed(PEER, "cable out");
    pause();
    pass(RdmaPaths.PROBE_MAX);

    assertThat(paths.beginProbe(PEER)).isFalse();
    assertThat(paths.down(PEER)).as("until the probe has ended").isPresent();

    paths.probed(PEER, Optional.empty());
    assertThat(paths.down(PEER)).isEmpty();
  }

  private Duration downAndUp() {
    paths.failed(PEER, "flaps");
    Duration pause = pause();
    paths.probed(PEER, Optional.empty());
    return pause;
  }

  @Test
  void shouldHoldDownWhatFlapsUpToALimit() {
    Duration longest = Duration.ZERO;
    for (int i = 0; i < 15; i++) {
      Duration pause = downAndUp();
      assertThat(pause).as("time " + i).isGreaterThanOrEqualTo(longest);
      longest = pause;
    }
    assertThat(longest).isEqualTo(RdmaPaths.HOLD_DOWN_MAX);

    pass(RdmaPaths.STEADY);
    assertThat(downAndUp()).as("it was steady again").isEqualTo(RdmaPaths.PROBE_FIRST);
  }

  @Test
  void shouldNotShortenAHoldDownWhenAProbeFails() {
    for (int i = 0; i < 15; i++) {
      downAndUp();
    }
    paths.failed(PEER, "flaps");
    pause();
    paths.probed(PEER, Optional.of("down for real"));

    assertThat(pause()).isEqualTo(RdmaPaths.HOLD_DOWN_MAX);
  }

  @Test
  void shouldCountAnOutageOnceHoweverManyLanesItTakesDown() {
    for (int lane = 0; lane < 20; lane++) {
      paths.failed(PEER, "lane " + lane);
    }

    assertThat(paths.down(PEER)).contains("lane 0");
    assertThat(pause()).isEqualTo(RdmaPaths.PROBE_FIRST);
  }

  @Test
  void shouldKnowNothingOfANewWay() {
    paths.failed(PEER, "cable out");
    pause();
    paths.forget(PEER);
    paths.probed(PEER, Optional.of("of the way before"));

    assertThat(paths.down(PEER)).isEmpty();
  }
}
