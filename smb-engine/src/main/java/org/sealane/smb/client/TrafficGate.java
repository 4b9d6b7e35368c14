package org.sealane.smb.client;

import org.sealane.smb.lane.Level;

/**
 * Decides the level of traffic on one tree, and counts what is under way. A lane answers from its
 * {@link org.sealane.smb.lane.LaneRules}. Any thread may call; no method may block.
 */
public interface TrafficGate {
  /**
   * Counts one request as under way and says at which level it must travel. The client holds the
   * pass from building the request until its response was consumed or the connection is gone.
   */
  Pass enter();

  /** The weakest level a request may have if it leaves now; asked again where bytes leave. */
  Level sendLevel();

  /**
   * True if bytes that were queued at {@code level} may leave now; asked where they are handed to
   * the kernel, and where it says no the connection is reset. What was under way when a level rose
   * may end as it was built; a gate says no when it can not know any more what is asked of it.
   */
  default boolean mayLeave(Level level) {
    return true;
  }

  /** True if a response at {@code responseLevel} may be consumed now. */
  boolean accepts(Level responseLevel);

  /** One request under way. Closing it again has no effect. */
  interface Pass extends AutoCloseable {
    /** The level the request needs at least. */
    Level level();

    @Override
    void close();
  }

  /** A gate that always asks for {@code level} in both directions and counts nothing. */
  static TrafficGate minimum(Level level) {
    Pass pass =
        new Pass() {
          @Override
          public Level level() {
            return level;
          }

          @Override
          public void close() {}
        };
    return new TrafficGate() {
      @Override
      public Pass enter() {
        return pass;
      }

      @Override
      public Level sendLevel() {
        return level;
      }

      @Override
      public boolean accepts(Level responseLevel) {
        return responseLevel.satisfies(level);
      }
    };
  }
}
