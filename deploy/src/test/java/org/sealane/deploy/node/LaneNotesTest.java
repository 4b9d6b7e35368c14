package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.sealane.deploy.explain.ExplainMessages.Pauses;
import org.sealane.deploy.explain.ExplainMessages.Trouble;
import org.sealane.smb.lane.LaneEvent;
import org.sealane.smb.lane.LaneKey;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.MoveCause;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

class LaneNotesTest {
  private static final UUID VOLUME = new UUID(1, 1);
  private static final LaneKey LANE = new LaneKey("node2", VOLUME, LaneKind.CSV);

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final LaneNotes notes = new LaneNotes(now::get);

  private static LaneEvent.Facts facts(String transport, long epoch) {
    return new LaneEvent.Facts(
        transport, CipherId.AES_128_GCM, SigningAlgorithm.AES_GMAC, Level.ENCRYPT, epoch);
  }

  private void moved(UUID volume, MoveCause cause, int millis, long epoch) {
    notes.lane(
        new LaneEvent.Moved(
            new LaneKey("node2", volume, LaneKind.SBL),
            cause,
            Duration.ofMillis(millis),
            facts("tcp", epoch)));
  }

  @Test
  void shouldCountThePausesOfTurnsOnly() {
    moved(VOLUME, MoveCause.POLICY, 2, 7);
    moved(VOLUME, MoveCause.POLICY, 8, 7);
    moved(VOLUME, MoveCause.REKEY, 900, 7);
    moved(VOLUME, MoveCause.POLICY, 1, 8);
    moved(new UUID(2, 2), MoveCause.POLICY, 50, 7);

    List<Pauses> pauses = notes.pauses(VOLUME);
    assertThat(pauses).extracting(Pauses::epoch).containsExactly(7L, 8L);
    assertThat(pauses.getFirst().moves()).isEqualTo(2);
    assertThat(pauses.getFirst().p50Micros()).isBetween(2000L, 2050L);
    assertThat(pauses.getFirst().maxMicros()).isBetween(8000L, 8100L);
  }

  @Test
  void shouldForgetTheOldestTurns() {
    for (int epoch = 1; epoch <= LaneNotes.TURNS_MAX + 3; epoch++) {
      moved(VOLUME, MoveCause.POLICY, 1, epoch);
    }
    assertThat(notes.pauses(VOLUME)).hasSize(LaneNotes.TURNS_MAX);
    assertThat(notes.pauses(VOLUME).getFirst().epoch()).isEqualTo(4);
  }

  @Test
  void shouldRememberAFailureUntilTheLaneOpens() {
    now.set(Instant.ofEpochSecond(5));
    notes.lane(new LaneEvent.Failed(LANE, "refused"));
    assertThat(notes.troubles(VOLUME))
        .containsExactly(new Trouble("node2", "csv", Instant.ofEpochSecond(5), "refused"));
    assertThat(notes.troubles(new UUID(2, 2))).isEmpty();

    notes.lane(new LaneEvent.Opened(LANE, facts("tcp", 7)));
    assertThat(notes.troubles(VOLUME)).isEmpty();
  }

  @Test
  void shouldRememberAFallbackUntilRdmaCarriesTheLane() {
    notes.lane(new LaneEvent.FellBack(LANE, "tcp", "no listener"));
    notes.lane(new LaneEvent.Opened(LANE, facts("tcp", 7)));
    assertThat(notes.fallback(LANE))
        .get()
        .extracting(note -> note.reason())
        .isEqualTo("no listener");

    notes.lane(new LaneEvent.Moved(LANE, MoveCause.LOSS, Duration.ZERO, facts("rdma", 7)));
    assertThat(notes.fallback(LANE)).isEmpty();
  }
}
