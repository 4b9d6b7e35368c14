package org.sealane.cluster.turn;

import java.util.UUID;

/**
 * A node that is registered: its ZooKeeper session, which its ledger entries carry, and its
 * process, which its lanes belong to.
 */
public record MemberId(String node, long session, UUID incarnation) {
  public NodeProcess process() {
    return new NodeProcess(node, incarnation);
  }

  @Override
  public String toString() {
    return node + "@" + Long.toHexString(session);
  }
}
