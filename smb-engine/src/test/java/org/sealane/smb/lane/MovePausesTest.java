package org.sealane.smb.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MovePausesTest {
  private final MovePauses pauses = new MovePauses();

  @Test
  void shouldSayNothingBeforeTheFirstMove() {
    assertThat(pauses.moves()).isEqualTo(LaneMoves.NONE);
  }

  @Test
  void shouldTellMovesByCauseAndTheirPauses() {
    for (int i = 0; i < 98; i++) {
      pauses.add(MoveCause.REKEY, Duration.ofMillis(10));
    }
    pauses.add(MoveCause.LOSS, Duration.ofMillis(500));
    pauses.add(MoveCause.LOSS, Duration.ofSeconds(2));
    pauses.opens(3, 1);

    LaneMoves moves = pauses.moves();
    assertThat(moves.count()).isEqualTo(100);
    assertThat(moves.byCause()).isEqualTo(Map.of(MoveCause.REKEY, 98L, MoveCause.LOSS, 2L));
    assertThat(moves.p50().toMillis()).isBetween(10L, 11L);
    assertThat(moves.p99().toMillis()).isBetween(500L, 510L);
    assertThat(moves.max().toMillis()).isBetween(2_000L, 2_030L);
    assertThat(moves.remade()).isEqualTo(3);
    assertThat(moves.lost()).isEqualTo(1);
  }

  @Test
  void shouldCountAPauseThatNoLaneWaitsForAsTheLongest() {
    pauses.add(MoveCause.LOSS, Duration.ofDays(3));

    assertThat(pauses.moves().max()).isBetween(Duration.ofHours(1), Duration.ofMinutes(61));
  }
}
