package org.sealane.cluster.member;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.sealane.cluster.turn.NodeProcess;

/**
 * Processes this node may have lanes with, and those it has cut off. A process is in one of the two
 * sets from the first time it is seen. Not thread-safe.
 */
final class Peers {
  private final Set<NodeProcess> open = new HashSet<>();
  private final Set<NodeProcess> fenced = new HashSet<>();
  private final Set<NodeProcess> fencing = new HashSet<>();

  /** A process seen as a member may have lanes with this node from now on, fenced before or not. */
  void seen(Collection<NodeProcess> processes) {
    open.addAll(processes);
    fenced.removeAll(processes);
  }

  /**
   * {@code node}'s entry has come or gone: a process of it that was cut off may have been a member
   * again since, with new lanes, so no earlier fence counts any more.
   */
  void mayHaveReturned(String node) {
    open.addAll(fenced.stream().filter(process -> process.node().equals(node)).toList());
    fenced.removeIf(process -> process.node().equals(node));
    fencing.removeIf(process -> process.node().equals(node));
  }

  /** Entries may have come and gone unnoticed. */
  void mayHaveReturned() {
    open.addAll(fenced);
    fenced.clear();
    fencing.clear();
  }

  Set<NodeProcess> open() {
    return Set.copyOf(open);
  }

  Set<NodeProcess> fenced() {
    return Set.copyOf(fenced);
  }

  /** True if the fence must be asked for now; false if it is under way. */
  boolean beginFence(NodeProcess process) {
    return fencing.add(process);
  }

  void fenceDone(NodeProcess process) {
    if (fencing.remove(process)) {
      open.remove(process);
      fenced.add(process);
    }
  }

  void fenceFailed(NodeProcess process) {
    fencing.remove(process);
  }
}
