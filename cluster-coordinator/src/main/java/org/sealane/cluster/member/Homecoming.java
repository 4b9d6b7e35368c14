package org.sealane.cluster.member;

import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.NodeProcess;

/**
 * Before a process that was no member for a while is one again, it cuts off whoever has gone
 * meanwhile. Turns that ended without both of them had nobody to cut the lanes between them, and
 * what a stopped process was about to send then may still come: to a member, once this one is. Not
 * thread-safe.
 */
final class Homecoming {
  private final MemberIdentity identity;
  private final DocumentFollower documents;
  private final Peers peers;
  private final Outbox out;
  private final Set<MemberId> cutting = new HashSet<>();
  private boolean due;
  private Optional<Runnable> next = Optional.empty();
  private Runnable again = () -> {};

  Homecoming(MemberIdentity identity, DocumentFollower documents, Peers peers, Outbox out) {
    this.identity = identity;
    this.documents = documents;
    this.peers = peers;
    this.out = out;
  }

  /** This process is a member no longer: the next {@link #begin} has something to do. */
  void gone() {
    due = true;
  }

  /** The connection is lost: what was begun begins again. */
  void interrupted() {
    cutting.clear();
    next = Optional.empty();
  }

  /**
   * Goes on with {@code registers} once nothing of who has gone can come any more.
   *
   * @param failed told if the store gave no answer, or somebody could not be cut off
   */
  void begin(Runnable registers, Runnable failed) {
    interrupted();
    if (!due || peers.open().isEmpty()) {
      due = false;
      registers.run();
      return;
    }
    next = Optional.of(registers);
    again = failed;
    out.submitAll(
        List.of(new StoreRequest.Children(identity.paths().nodes())),
        lists -> {
          if (lists.stream().anyMatch(Round::isLost)) {
            failed.run();
            return;
          }
          List<String> nodes = Round.names(lists.getFirst());
          out.submitAll(
              nodes.stream().map(node -> Round.read(identity.paths().node(node))).toList(),
              results -> {
                if (results.stream().anyMatch(Round::isLost)) {
                  failed.run();
                } else {
                  cut(live(nodes, results));
                }
              });
        });
  }

  private Set<NodeProcess> live(List<String> nodes, List<StoreResult> results) {
    List<NodeProcess> live = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      if (results.get(i) instanceof StoreResult.Value value) {
        process(nodes.get(i), value).ifPresent(live::add);
      }
    }
    return Set.copyOf(live);
  }

  /** One whose entry says nothing valid counts as gone: its lanes open again if it is not. */
  private Optional<NodeProcess> process(String node, StoreResult.Value value) {
    Optional<PublicKey> key = documents.enrolledKey(node);
    if (key.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          Registration.decode(value.data(), identity.clusterId(), node, key.get())
              .member()
              .process());
    } catch (MalformedJsonException e) {
      return Optional.empty();
    }
  }

  private void cut(Set<NodeProcess> live) {
    for (MemberId peer : peers.open()) {
      if (!live.contains(peer.process())) {
        cutting.add(peer);
        if (peers.beginFence(peer)) {
          out.add(new MemberAction.Fence(peer));
        }
      }
    }
    goOn();
  }

  void fenced(MemberId gone) {
    if (cutting.remove(gone)) {
      goOn();
    }
  }

  void fenceFailed(MemberId gone) {
    if (cutting.contains(gone)) {
      interrupted();
      again.run();
    }
  }

  private void goOn() {
    if (cutting.isEmpty() && next.isPresent()) {
      Runnable registers = next.get();
      next = Optional.empty();
      due = false;
      registers.run();
    }
  }
}
