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
