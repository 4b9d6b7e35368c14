package org.sealane.cluster.turn;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A member's statement that nothing can pass any more between it and members that have gone:
 * sockets reset, queue pairs in error, their regions deregistered. Each is named with its session:
 * one that comes back under another session and goes again has to be cut off again.
 *
 * @param volume whose policy turns
 * @param epoch the epoch it turns to
 * @param member who says so
 * @param fenced the members it cut off
 * @param clock the member's own clock, for people
 */
public record FenceEntry(
    UUID volume, long epoch, MemberId member, List<MemberId> fenced, Instant clock) {
  /** Where it is in the ledger, beside the steps. */
  public static final String WORD = "fence";

  public FenceEntry {
    fenced = fenced.stream().sorted().distinct().toList();
  }
}
