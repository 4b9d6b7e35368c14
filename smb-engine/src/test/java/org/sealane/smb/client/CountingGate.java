package org.sealane.smb.client;

import org.sealane.smb.lane.Level;

/** A gate whose levels the test sets, and which counts passes. */
final class CountingGate implements TrafficGate {
  Level enterLevel;
  Level sendLevel;
  Level accepted;
  int open;
  int entered;

  /** Run once when the next request asks. */
  Runnable onEnter = () -> {};

  Runnable onSendLevel = () -> {};

  CountingGate(Level level) {
    set(level);
    accepted = Level.CLEAR;
  }

  void set(Level level) {
    enterLevel = level;
    sendLevel = level;
  }

  @Override
  public Pass enter() {
    open++;
    entered++;
    Runnable hook = onEnter;
    onEnter = () -> {};
    hook.run();
    Level level = enterLevel;
    return new Pass() {
      private boolean closed;

      @Override
      public Level level() {
        return level;
      }

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          open--;
        }
      }
    };
  }

  @Override
  public Level sendLevel() {
    Runnable hook = onSendLevel;
    onSendLevel = () -> {};
    hook.run();
    return sendLevel;
  }

  @Override
  public boolean accepts(Level responseLevel) {
    return responseLevel.satisfies(accepted);
  }
}
