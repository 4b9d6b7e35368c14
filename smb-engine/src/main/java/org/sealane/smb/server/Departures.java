package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Opens and sessions that a connection lets go of: each once nobody uses it any more. The last use
 * may be another channel's, so the connection is not finished before. Owner thread.
 */
final class Departures {
  private final Consumer<Output> outputs;
  private final List<Long> endedSessions = new ArrayList<>();
  private int closingOpens;
  private int inUse;

  Departures(Consumer<Output> outputs) {
    this.outputs = outputs;
  }

  /** True if nothing is waited for. */
  boolean isSettled() {
    return closingOpens == 0 && inUse == 0 && endedSessions.isEmpty();
  }

  /** Closes a channel; with the last of a session all that is open, as soon as it is not used. */
  void letGo(Session session) {
    session.close();
    if (session.objects().isLive()) {
      return;
    }
    for (Open open : session.opens()) {
      session.removeOpen(open);
      inUse++;
      open.uses()
          .whenIdle(() -> {
            inUse--;
            letGo(open);
          });
    }
    whenUnused(session);
  }

  /** Tells of the session's end when nothing of it is under way any more. */
  void whenUnused(Session session) {
    inUse++;
    session
        .uses()
        .whenIdle(() -> {
          inUse--;
          endedSessions.add(session.id());
        });
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

  /** Tells of sessions that have ended, after what was parked: who replaces one finds its opens. */
  void tellEnded() {
    if (closingOpens == 0) {
      endedSessions.forEach(id -> outputs.accept(new Output.SessionEnded(id)));
      endedSessions.clear();
    }
  }
}
