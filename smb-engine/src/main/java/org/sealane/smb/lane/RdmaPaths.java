package org.sealane.smb.lane;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether RDMA works to each node, as the lanes that prefer it found. Where it does not, lanes take
 * TCP at once, so that no request waits for a device that is gone, and a probe finds out when it
 * works again. The pause between probes doubles; an RDMA path that fails soon after it came back is
 * held down twice as long as the time before, so that a flapping one moves no lane to and fro.
 *
 * <p>States of a path: {@code UP -> DOWN -> PROBING -> UP} or back to {@code DOWN}. Any thread may
 * call; nothing blocks or calls out.
 */
final class RdmaPaths {
  /** Between the failure of a path that was steady and its first probe. */
  static final Duration PROBE_FIRST = Duration.ofSeconds(1);

  /** Between two probes of a path that stays down. */
  static final Duration PROBE_MAX = Duration.ofSeconds(60);

  /** A path that fails earlier than this after it came up is held down for longer. */
  static final Duration STEADY = Duration.ofSeconds(60);

  /** The longest that a flapping path is held down. */
  static final Duration HOLD_DOWN_MAX = Duration.ofMinutes(10);

  private enum State {
    UP,
    DOWN,
    PROBING
  }

  /** What is known of the way to one node. */
  private static final class Path {
    State state = State.UP;
    long sinceNanos;
    long pauseNanos;
    String why = "";

    Path(long nowNanos) {
      sinceNanos = nowNanos;
    }

    void state(State next, long nowNanos) {
      state = next;
      sinceNanos = nowNanos;
    }
  }

  private final LongSupplier nanoClock;

  /** Guarded by this; as many as there are nodes that lanes go to. */
  private final Map<String, Path> paths = new HashMap<>();

  /**
   * @param nanoClock as {@link System#nanoTime}
   */
  RdmaPaths(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  private Path path(String peer) {
    return paths.computeIfAbsent(peer, _ -> new Path(nanoClock.getAsLong()));
  }

  /** Why lanes to that node take TCP now; empty if they take RDMA. */
  synchronized Optional<String> down(String peer) {
    Path path = path(peer);
    return path.state == State.UP ? Optional.empty() : Optional.of(path.why);
  }

  /** RDMA did not connect to that node, or was lost. */
  synchronized void failed(String peer, String why) {
    Path path = path(peer);
    if (path.state != State.UP) {
      return;
    }
    long now = nanoClock.getAsLong();
    path.pauseNanos =
        path.pauseNanos > 0 && now - path.sinceNanos < STEADY.toNanos()
            ? Math.min(2 * path.pauseNanos, HOLD_DOWN_MAX.toNanos())
            : PROBE_FIRST.toNanos();
    path.why = why;
    path.state(State.DOWN, now);
  }

  /**
   * True if a probe is due now: then this caller makes it and tells {@link #probed}. One at a time
   * for each node.
   */
  synchronized boolean beginProbe(String peer) {
    Path path = path(peer);
    long now = nanoClock.getAsLong();
    if (path.state != State.DOWN || now - path.sinceNanos < path.pauseNanos) {
      return false;
    }
    path.state(State.PROBING, now);
    return true;
  }

  /** A probe has ended: with a failure, or RDMA works again. */
  synchronized void probed(String peer, Optional<String> failure) {
    Path path = path(peer);
    if (path.state != State.PROBING) {
      return;
    }
    if (failure.isPresent()) {
      path.why = failure.get();
      path.pauseNanos =
          Math.max(path.pauseNanos, Math.min(2 * path.pauseNanos, PROBE_MAX.toNanos()));
    }
    path.state(failure.isPresent() ? State.DOWN : State.UP, nanoClock.getAsLong());
  }

  /** Lanes go another way to that node: what was found of the one before is void. */
  synchronized void forget(String peer) {
    paths.remove(peer);
  }
}
