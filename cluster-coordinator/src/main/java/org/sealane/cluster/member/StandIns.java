package org.sealane.cluster.member;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.sealane.cluster.document.TurnStep;

/**
 * Turns that this node moves on although another is elected. The election saves work and proves
 * nothing: who holds it may be stuck, barred, or no member at all. So each member looks at the
 * whole ledger of a turn that has stood at one step for a while, and does what a coordinator would
 * do if that is due: a compare-and-set on what it has read, which is right whoever does it. Whose
 * write was taken goes on with that turn to its end. Not thread-safe.
 */
final class StandIns {
  private static final class Watched {
    final long epoch;
    TurnStep step;
    long lookAt;

    /** A round was asked for since, which may not have come to this turn. */
    boolean asked;

    boolean acting;

    Watched(long epoch) {
      this.epoch = epoch;
    }
  }

  private final Map<UUID, Watched> turns = new HashMap<>();

  /**
   * Whether this node looks at the turn as its coordinator would, in the round that has just read
   * its slot.
   *
   * @param patienceNanos how long the elected one is left to do a step
   */
  boolean looks(Round.Turning turning, long nowNanos, long patienceNanos) {
    long epoch = turning.slot.turn().orElseThrow().epoch();
    TurnStep step = turning.slot.turn().orElseThrow().step();
    Watched turn =
        turns.compute(
            turning.slot.key().object(),
            (_, before) -> before != null && before.epoch == epoch ? before : new Watched(epoch));
    turn.asked = false;
    if (turn.step != step) {
      turn.step = step;
      turn.lookAt = nowNanos + patienceNanos;
    }
    boolean due = nowNanos - turn.lookAt >= 0;
    if (due) {
      turn.lookAt = nowNanos + patienceNanos;
    }
    return turn.acting || due;
  }

  /** This node moved the turn on: the elected one had not, though it was due. */
  void moved(Round.Turning turning) {
    Watched turn = turns.get(turning.slot.key().object());
    if (turn != null && turn.epoch == turning.slot.turn().orElseThrow().epoch()) {
      turn.acting = true;
    }
  }

  /** Whether others' ledger entries matter to this node. */
  boolean isActing() {
    return turns.values().stream().anyMatch(turn -> turn.acting);
  }

  /** Forgets the turns of volumes that turn no more. */
  void retain(Collection<UUID> turning) {
    turns.keySet().retainAll(turning);
  }

  /** When a round is to be asked for next, on the boot clock. */
  OptionalLong nextLook() {
    return turns.values().stream().filter(turn -> !turn.asked).mapToLong(turn -> turn.lookAt).min();
  }

  /** Whether a round is to be asked for now; once for each look. */
  boolean asks(long nowNanos) {
    boolean due = false;
    for (Watched turn : turns.values()) {
      if (!turn.asked && nowNanos - turn.lookAt >= 0) {
        turn.asked = true;
        due = true;
      }
    }
    return due;
  }
}
