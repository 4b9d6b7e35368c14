package org.sealane.cluster.ownership;

/** What a node does next about a volume. */
public sealed interface OwnershipStep {

  /**
   * Nothing.
   *
   * @param why what is waited for; empty if nothing is
   */
  record Wait(String why) implements OwnershipStep {}

  /** Nothing before {@code bootNanos}, when it is this candidate's turn. */
  record WaitUntil(String why, long bootNanos) implements OwnershipStep {}

  /** Lock the backing and read its marker. */
  record Claim() implements OwnershipStep {}

  /** Make the owner znode. */
  record Announce() implements OwnershipStep {}

  /** Remove the owner znode, which is this node's own. */
  record RemoveEntry() implements OwnershipStep {}

  /** Write the owner epoch into the marker, then serve. */
  record Record(long epoch) implements OwnershipStep {}

  /** Stop serving, let what is under way end, unlock the backing. */
  record Release(String why, boolean resigning) implements OwnershipStep {}

  /** Unlock the backing and try again later. */
  record Refuse(String reason) implements OwnershipStep {}

  /** Begin anew. */
  record Restart() implements OwnershipStep {}
}
