package org.sealane.cluster.turn;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.sealane.cluster.document.TurnStep;

/** What a member does next for a turn, and why. */
public sealed interface TurnAction {

  /** One line for logs and people. */
  String reason();

  /** Cut off a member whose process has gone. Idempotent. */
  record Fence(MemberId departed, String reason) implements TurnAction {}

  /**
   * Say in the ledger which members were cut off; {@code replaces} is the version there, if any.
   */
  record WriteFence(Set<MemberId> fenced, OptionalInt replaces, String reason)
      implements TurnAction {
    public WriteFence {
      fenced = Set.copyOf(fenced);
    }
  }

  /** Find out when nothing of an older epoch is outstanding any more. Idempotent. */
  record AwaitDrained(String reason) implements TurnAction {}

  /** Say in the ledger that a step is done; {@code replaces} is the version there, if any. */
  record WriteEntry(TurnStep step, Set<MemberId> peers, OptionalInt replaces, String reason)
      implements TurnAction {
    public WriteEntry {
      peers = Set.copyOf(peers);
    }
  }

  /** As coordinator: move the slot to the next step by compare-and-set. */
  record Advance(TurnStep to, String reason) implements TurnAction {}

  /** As coordinator: every member enforces; take the turn out of the slot by compare-and-set. */
  record Complete(String reason) implements TurnAction {}

  /** As coordinator: not yet. */
  record Wait(List<Missing> missing, String reason) implements TurnAction {
    public Wait {
      missing = List.copyOf(missing);
    }
  }

  /** What a turn waits for. */
  record Missing(String node, String what) {
    @Override
    public String toString() {
      return node + ": " + what;
    }
  }
}
