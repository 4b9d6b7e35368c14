package org.sealane.cluster.member;

import java.time.Duration;

/**
 * A node's lease: how long it may believe what it read. Half the session timeout, counted from the
 * moment the last acknowledged write was <em>issued</em>: ZooKeeper ends a session no sooner than a
 * whole timeout after it last heard of it, so the half that is left covers clocks of different
 * speed and whatever the node still has under way. Reads, pings and connection states renew
 * nothing. A value.
 *
 * @param durationNanos how long one write carries
 * @param endsAt boot clock; meaningless unless {@code held}
 * @param held whether there ever was a write in this session
 */
public record Lease(long durationNanos, long endsAt, boolean held) {

  /** Renewals in one lease: two may be lost before it lapses. */
  private static final int RENEWALS_PER_LEASE = 3;

  /** A new session's lease, not held until its first write. */
  public static Lease none(Duration sessionTimeout) {
    return new Lease(sessionTimeout.toNanos() / 2, 0, false);
  }

  /** After a write issued at {@code issuedAt} was acknowledged; an older one changes nothing. */
  public Lease acknowledged(long issuedAt) {
    long end = issuedAt + durationNanos;
    return held && end - endsAt <= 0 ? this : new Lease(durationNanos, end, true);
  }

  public boolean isValid(long now) {
    return held && now - endsAt < 0;
  }

  /** How long after a write was issued the next is due. */
  public long renewalNanos() {
    return durationNanos / RENEWALS_PER_LEASE;
  }
}
