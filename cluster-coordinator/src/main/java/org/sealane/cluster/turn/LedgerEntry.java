package org.sealane.cluster.turn;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.TurnStep;

/**
 * A member's statement that it has done one step of one turn.
 *
 * @param volume whose policy turns
 * @param epoch the epoch it turns to
 * @param digest of the document of that epoch
 * @param step what is done: accept, send (and drained), enforce
 * @param member who says so
 * @param peers members it may still have lanes with; each one's process must be live, or the member
 *     fenced by it
 * @param clock the member's own clock, for people; ZooKeeper's is what counts
 */
public record LedgerEntry(
    UUID volume,
    long epoch,
    DocumentDigest digest,
    TurnStep step,
    MemberId member,
    List<MemberId> peers,
    Instant clock) {
  public LedgerEntry {
    peers = peers.stream().sorted().distinct().toList();
  }
}
