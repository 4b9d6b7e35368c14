package org.sealane.cluster.turn;

import java.util.Comparator;
import java.util.UUID;

/**
 * A node that is registered: its ZooKeeper session, which its ledger entries carry, and its
 * process, which its lanes belong to.
 */
public record MemberId(String node, long session, UUID incarnation)
    implements Comparable<MemberId> {
  private static final Comparator<MemberId> ORDER =
      Comparator.comparing(MemberId::node)
          .thenComparing(MemberId::incarnation)
          .thenComparing(MemberId::session, Long::compareUnsigned);

  public NodeProcess process() {
    return new NodeProcess(node, incarnation);
  }

  @Override
  public int compareTo(MemberId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return node + "@" + Long.toHexString(session);
  }
}
