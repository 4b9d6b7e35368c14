package org.sealane.smb.server;

import org.sealane.smb.lane.Level;

/**
 * Decides the level of traffic on one tree, and counts what is under way. A lane answers from its
 * {@link org.sealane.smb.lane.LaneRules}. Any thread may call; no method may block.
 */
public interface TrafficGate {
  /** Accepts every level and asks for none. */
  TrafficGate OPEN = minimum(Level.CLEAR);

  /** True if a request that came at {@code requestLevel} may be served now. */
  boolean accepts(Level requestLevel);

  /**
   * Counts one request as under way. The server holds the pass from reading the request until its
   * response was handed to the kernel or can no longer be sent.
   */
  Pass enter();

  /** The weakest level a response may have if it leaves now; asked again where bytes leave. */
  Level sendLevel();

  /**
   * True if bytes that were queued at {@code level} may leave now; asked where they are handed to
   * the kernel, and where it says no the connection is reset. What was under way when a level rose
   * may end as it was built; a gate says no when it can not know any more what is asked of it.
   */
  default boolean mayLeave(Level level) {
    return true;
  }

  /** One request under way. Closing it again has no effect. */
  @FunctionalInterface
  interface Pass extends AutoCloseable {
    @Override
    void close();
  }

  /** A gate that always asks for {@code level} in both directions and counts nothing. */
  static TrafficGate minimum(Level level) {
    return new TrafficGate() {
      @Override
      public boolean accepts(Level requestLevel) {
        return requestLevel.satisfies(level);
      }

      @Override
      public Pass enter() {
        return () -> {};
      }

      @Override
      public Level sendLevel() {
        return level;
      }
    };
  }
}
