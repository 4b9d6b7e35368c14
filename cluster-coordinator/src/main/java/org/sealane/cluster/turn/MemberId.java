package org.sealane.cluster.turn;

/**
 * A node during one ZooKeeper session: a node that comes back under another session is another
 * member, whose former self must be fenced.
 */
public record MemberId(String node, long session) implements Comparable<MemberId> {
  @Override
  public int compareTo(MemberId other) {
    int order = node.compareTo(other.node);
    return order != 0 ? order : Long.compare(session, other.session);
  }

  @Override
  public String toString() {
    return node + "@" + Long.toHexString(session);
  }
}
