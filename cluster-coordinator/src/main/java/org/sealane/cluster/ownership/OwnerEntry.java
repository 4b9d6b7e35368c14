package org.sealane.cluster.ownership;

/** What the owner znode of a volume says to one node. */
public sealed interface OwnerEntry {

  /** There is none. */
  record None() implements OwnerEntry {}

  /**
   * Made in this node's present session.
   *
   * @param epoch the owner epoch: its czxid
   */
  record Mine(long epoch) implements OwnerEntry {}

  /** Made by this node in a session that has ended, which ZooKeeper has not noticed yet. */
  record Stale() implements OwnerEntry {}

  /**
   * Made by another.
   *
   * @param node who signed it; empty if nobody who may
   */
  record Other(String node) implements OwnerEntry {}
}
