package org.sealane.smb.server;

/**
 * How many requests use a session, tree or open, and what is to happen once none does. Owner thread
 * only.
 */
final class UseCount {
  private int uses;
  private Runnable whenIdle = () -> {};

  void enter() {
    uses++;
  }

  void leave() {
    if (uses == 0) {
      throw new IllegalStateException("left more often than entered");
    }
    uses--;
    if (uses == 0) {
      Runnable idle = whenIdle;
      whenIdle = () -> {};
      idle.run();
    }
  }

  int uses() {
    return uses;
  }

  /** Runs {@code action} once, now or when the last use ends; after what was registered before. */
  void whenIdle(Runnable action) {
    if (uses == 0) {
      action.run();
      return;
    }
    Runnable earlier = whenIdle;
    whenIdle =
        () -> {
          earlier.run();
          action.run();
        };
  }
}
