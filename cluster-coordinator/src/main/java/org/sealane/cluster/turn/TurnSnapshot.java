package org.sealane.cluster.turn;

import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedSlot;

/**
 * What one member knows of one turn. It must have been read in this order within one session: the
 * slot, then the members and leases, then the ledger. A node that joins registers first and reads
 * the slot after; so whoever is not among {@code live} has seen this state of the slot or a later.
 *
 * @param slot the policy's slot, its turn present
 * @param live every registered, enrolled node, by name
 * @param leases by node, of enrolled and revoked nodes
 * @param entries valid entries of the slot's current step, by node; others' may be left out by a
 *     node that does not coordinate
 * @param fences valid fence entries, by node; likewise
 * @param ownEntryVersion version of whatever is at this node's entry of the current step
 * @param ownFenceVersion version of whatever is at this node's fence entry
 */
public record TurnSnapshot(
    VerifiedSlot slot,
    Map<String, MemberId> live,
    Map<String, LeaseRecord> leases,
    Map<String, LedgerEntry> entries,
    Map<String, FenceEntry> fences,
    OptionalInt ownEntryVersion,
    OptionalInt ownFenceVersion) {

  /**
   * What the deciding member knows of itself.
   *
   * @param self the node in its current session
   * @param coordinates whether it moves the turn on if that is due
   * @param drained whether nothing of an older epoch is outstanding since it sends the new one
   * @param peers members it may have lanes with: all it has seen and not yet fenced
   * @param fenced members it has cut off
   */
  public record Self(
      MemberId self,
      boolean coordinates,
      boolean drained,
      Set<MemberId> peers,
      Set<MemberId> fenced) {
    public Self {
      peers = Set.copyOf(peers);
      fenced = Set.copyOf(fenced);
    }
  }

  public TurnSnapshot {
    if (slot.turn().isEmpty()) {
      throw new IllegalArgumentException("no turn of " + slot.key());
    }
    live = new TreeMap<>(live);
    leases = Map.copyOf(leases);
    entries = Map.copyOf(entries);
    fences = Map.copyOf(fences);
  }

  public VerifiedSlot.Turn turn() {
    return slot.turn().orElseThrow();
  }

  public TurnStep step() {
    return turn().step();
  }

  boolean isLive(NodeProcess process) {
    MemberId member = live.get(process.node());
    return member != null && member.process().equals(process);
  }
}
