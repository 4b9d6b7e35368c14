package org.sealane.cluster.ownership;

import java.util.List;
import java.util.Set;

/**
 * All that a decision about one volume follows from.
 *
 * @param self this node
 * @param candidates in the order they are meant, this node among them
 * @param documentEpoch of the document that says so
 * @param entry the owner znode as it was read last
 * @param live nodes that are registered
 * @param member whether this node is registered and has read everything
 * @param leased whether this node holds its lease
 * @param ownerlessNanos for how long no entry was seen; 0 if there is one
 * @param nowBootNanos the boot clock
 */
public record OwnershipSnapshot(
    String self,
    List<String> candidates,
    long documentEpoch,
    OwnerEntry entry,
    Set<String> live,
    boolean member,
    boolean leased,
    long ownerlessNanos,
    long nowBootNanos) {

  public OwnershipSnapshot {
    candidates = List.copyOf(candidates);
    live = Set.copyOf(live);
  }

  /** Whether the volume has no other candidate: it needs no lease then, and goes on alone. */
  public boolean isSole() {
    return candidates.equals(List.of(self));
  }
}
