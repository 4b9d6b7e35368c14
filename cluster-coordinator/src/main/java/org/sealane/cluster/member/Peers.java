package org.sealane.cluster.member;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.sealane.cluster.turn.MemberId;

/**
 * Members this node may have lanes with, and those it has cut off. A member is in one of the two
 * sets from the first time it is seen until its process is seen under another session, which then
 * stands for it. Not thread-safe.
 */
final class Peers {
  private final Set<MemberId> open = new HashSet<>();
  private final Set<MemberId> fenced = new HashSet<>();
  private final Set<MemberId> fencing = new HashSet<>();

  /** A process seen as a member may have lanes with this node from now on, fenced before or not. */
  void seen(Collection<MemberId> members) {
    for (MemberId member : members) {
      open.removeIf(older -> older.process().equals(member.process()));
      fenced.remove(member);
      open.add(member);
    }
  }

  /**
   * {@code node}'s entry has come or gone: a process of it that was cut off may have been a member
   * again since, with new lanes, so no earlier fence counts any more.
   */
  void mayHaveReturned(String node) {
    open.addAll(fenced.stream().filter(member -> member.node().equals(node)).toList());
    fenced.removeIf(member -> member.node().equals(node));
    fencing.removeIf(member -> member.node().equals(node));
  }

  /** Entries may have come and gone unnoticed. */
  void mayHaveReturned() {
    open.addAll(fenced);
    fenced.clear();
    fencing.clear();
  }

  Set<MemberId> open() {
    return Set.copyOf(open);
  }

  Set<MemberId> fenced() {
    return Set.copyOf(fenced);
  }

  /** True if the fence must be asked for now; false if it is under way. */
  boolean beginFence(MemberId member) {
    return fencing.add(member);
  }

  void fenceDone(MemberId member) {
    if (fencing.remove(member)) {
      open.remove(member);
      fenced.add(member);
    }
  }

  void fenceFailed(MemberId member) {
    fencing.remove(member);
  }
}
