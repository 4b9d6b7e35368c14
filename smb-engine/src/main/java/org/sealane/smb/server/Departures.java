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

  /** What is let go of once nobody uses it, which may end on another channel's connection. */
  private int releasing;

  Departures(Consumer<Output> outputs) {
    this.outputs = outputs;
  }

  /** Of the last channel of a session, the session too; the others are served on. */
  void letGo(Session session) {
    session.close();
    if (session.objects().isServed()) {
      return;
    }
    for (Open open : session.opens()) {
      session.removeOpen(open);
      whenIdle(open.uses(), () -> letGo(open));
    }
    whenUnused(session);
  }

  /** Tells of the session's end when nothing of it is under way any more. */
  void whenUnused(Session session) {
    whenIdle(session.uses(), () -> endedSessions.add(session.id()));
  }

  private void whenIdle(UseCount uses, Runnable then) {
    releasing++;
    uses.whenIdle(() -> {
      releasing--;
      then.run();
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

  /** True if nothing that was let go of is still used or being closed. */
  boolean isSettled() {
    return closingOpens == 0 && releasing == 0;
  }

  /** Tells of sessions that have ended, after what was parked: who replaces one finds its opens. */
  void tellEnded() {
    if (closingOpens == 0) {
      endedSessions.forEach(id -> outputs.accept(new Output.SessionEnded(id)));
      endedSessions.clear();
    }
  }
}
