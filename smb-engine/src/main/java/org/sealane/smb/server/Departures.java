package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Opens and sessions that a connection lets go of: each once nobody uses it any more. Owner thread.
 */
final class Departures {
  private final Consumer<Output> outputs;
  private final List<Long> endedSessions = new ArrayList<>();
  private int closingOpens;

  Departures(Consumer<Output> outputs) {
    this.outputs = outputs;
  }

  void letGo(Session session) {
    for (Open open : session.opens()) {
      session.removeOpen(open);
      open.uses().whenIdle(() -> letGo(open));
    }
    whenUnused(session);
    session.close();
  }

  /** Tells of the session's end when nothing of it is under way any more. */
  void whenUnused(Session session) {
    session.uses().whenIdle(() -> endedSessions.add(session.id()));
  }

  /** A durable open waits for its client from here on; another is closed. */
  void letGo(Open open) {
    if (open.durability().isPresent()) {
      outputs.accept(new Output.Park(open));
    } else {
      close(open);
    }
  }

  void close(Open open) {
    if (open.beginClose()) {
      closingOpens++;
      outputs.accept(new Output.CloseOpen(open));
    }
  }

  /** An {@link Output.CloseOpen} was done. */
  void closed() {
    closingOpens--;
  }

  /** True if no open is being closed. */
  boolean isSettled() {
    return closingOpens == 0;
  }

  /** Tells of sessions that have ended, after what was parked: who replaces one finds its opens. */
  void tellEnded() {
    if (isSettled()) {
      endedSessions.forEach(id -> outputs.accept(new Output.SessionEnded(id)));
      endedSessions.clear();
    }
  }
}
