package org.sealane.cluster.turn;

import java.util.UUID;

/**
 * One run of a node's process. Lanes end with their process, not with a ZooKeeper session, so this
 * is what is fenced: a process that comes back under another session speaks for itself again, a
 * process that was replaced by another run can not.
 *
 * @param node the node's name
 * @param incarnation drawn at random when the process starts
 */
public record NodeProcess(String node, UUID incarnation) implements Comparable<NodeProcess> {
  @Override
  public int compareTo(NodeProcess other) {
    int order = node.compareTo(other.node);
    return order != 0 ? order : incarnation.compareTo(other.incarnation);
  }

  @Override
  public String toString() {
    return node + "/" + incarnation.toString().substring(0, 8);
  }
}
