package org.sealane.cluster.turn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedSlot;

/**
 * Decides what a member does for a turn. Pure.
 *
 * <p>A member's own part: fence whoever has gone and say so; write its entry of the current step,
 * for {@code send} once it is drained. The coordinator's part: advance when every live member has a
 * valid entry of the step, written in its current session, and has fenced each member whose process
 * has gone and that it might have had lanes with: those its entry names, and those whose lease was
 * neither released nor taken over by a living process. A fence is of one session: a process that
 * came back and went again is another departed member.
 *
 * <p>Two coordinators at once do no harm: both compare-and-set the version they decided on.
 */
public final class TurnDecision {
  private TurnDecision() {}

  /** What {@code self} does now. Never empty. */
  public static List<TurnAction> decide(TurnSnapshot snapshot, TurnSnapshot.Self self) {
    List<TurnAction> actions = new ArrayList<>();
    if (isLive(snapshot, self.self())) {
      fence(snapshot, self, actions);
      writeEntry(snapshot, self).ifPresent(actions::add);
    }
    if (actions.isEmpty()) {
      actions.add(coordinate(snapshot, self));
    }
    return actions;
  }

  /** What the turn still waits for, by node; empty if the step is done. */
  public static List<TurnAction.Missing> missing(TurnSnapshot snapshot) {
    List<TurnAction.Missing> missing = new ArrayList<>();
    for (MemberId member : snapshot.live().values()) {
      missingOf(snapshot, member).ifPresent(missing::add);
    }
    return missing;
  }

  /** The slot after {@code step} was advanced to, or after the turn is complete. */
  public static VerifiedSlot advanced(VerifiedSlot slot, TurnStep to) {
    VerifiedSlot.Turn turn = slot.turn().orElseThrow();
    if (to.ordinal() != turn.step().ordinal() + 1) {
      throw new IllegalArgumentException("from " + turn.step() + " to " + to);
    }
    return new VerifiedSlot(
        slot.key(),
        to == TurnStep.ENFORCE ? Optional.of(turn.document()) : slot.committed(),
        Optional.of(new VerifiedSlot.Turn(turn.document(), to)));
  }

  /** The slot after its turn, which every member enforces. */
  public static VerifiedSlot completed(VerifiedSlot slot) {
    if (slot.turn().orElseThrow().step() != TurnStep.ENFORCE) {
      throw new IllegalArgumentException("not enforced yet");
    }
    return new VerifiedSlot(slot.key(), slot.committed(), Optional.empty());
  }

  private static void fence(
      TurnSnapshot snapshot, TurnSnapshot.Self self, List<TurnAction> actions) {
    Optional<LedgerEntry> entry = Optional.ofNullable(snapshot.entries().get(self.self().node()));
    Set<MemberId> departed = departed(snapshot, self.self(), self.peers());
    entry.ifPresent(e -> departed.addAll(departed(snapshot, self.self(), e.peers())));
    Set<MemberId> fenced = new TreeSet<>();
    for (MemberId gone : departed) {
      if (self.fenced().contains(gone)) {
        fenced.add(gone);
      } else {
        actions.add(new TurnAction.Fence(gone, gone + " has gone during the turn"));
      }
    }
    Set<MemberId> said = saidFenced(snapshot, self.self());
    Set<MemberId> stillGone = new TreeSet<>(said);
    // Who came only after it was fenced may have lanes again, and is to be fenced when it goes.
    stillGone.removeIf(member -> isLive(snapshot, member));
    if (!said.equals(stillGone) || !stillGone.containsAll(fenced)) {
      fenced.addAll(stillGone);
      OptionalInt replaces = snapshot.ownFenceVersion();
      actions.add(new TurnAction.WriteFence(fenced, replaces, "cut off from " + names(fenced)));
    }
  }

  private static Optional<TurnAction> writeEntry(TurnSnapshot snapshot, TurnSnapshot.Self self) {
    TurnStep step = snapshot.step();
    if (validEntry(snapshot, self.self()).isPresent()) {
      return Optional.empty();
    }
    if (step == TurnStep.SEND && !self.drained()) {
      return Optional.of(
          new TurnAction.AwaitDrained("requests of an older epoch may be under way"));
    }
    return Optional.of(
        new TurnAction.WriteEntry(
            step, self.peers(), snapshot.ownEntryVersion(), "this node has done " + step.word()));
  }

  private static TurnAction coordinate(TurnSnapshot snapshot, TurnSnapshot.Self self) {
    if (!self.coordinates()) {
      return new TurnAction.Wait(List.of(), "another node coordinates");
    }
    if (!isLive(snapshot, self.self())) {
      return new TurnAction.Wait(
          List.of(new TurnAction.Missing(self.self().node(), "not registered")),
          "a coordinator is a member");
    }
    List<TurnAction.Missing> missing = missing(snapshot);
    if (!missing.isEmpty()) {
      return new TurnAction.Wait(missing, snapshot.step().word() + " waits for " + missing);
    }
    String all = "all of " + snapshot.live().keySet() + " have done " + snapshot.step().word();
    return switch (snapshot.step()) {
      case ACCEPT -> new TurnAction.Advance(TurnStep.SEND, all);
      case SEND -> new TurnAction.Advance(TurnStep.ENFORCE, all);
      case ENFORCE -> new TurnAction.Complete(all);
    };
  }

  private static Optional<TurnAction.Missing> missingOf(TurnSnapshot snapshot, MemberId member) {
    Optional<LedgerEntry> entry = validEntry(snapshot, member);
    if (entry.isEmpty()) {
      return Optional.of(
          new TurnAction.Missing(member.node(), "no entry for " + snapshot.step().word()));
    }
    Set<MemberId> unfenced = departed(snapshot, member, entry.get().peers());
    unfenced.removeAll(saidFenced(snapshot, member));
    return unfenced.isEmpty()
        ? Optional.empty()
        : Optional.of(new TurnAction.Missing(member.node(), "not cut off from " + names(unfenced)));
  }

  /** Members whose process has gone and with which {@code member} may have had lanes. */
  private static Set<MemberId> departed(
      TurnSnapshot snapshot, MemberId member, Iterable<MemberId> peers) {
    Set<MemberId> departed = new TreeSet<>();
    for (MemberId peer : peers) {
      LeaseRecord lease = snapshot.leases().get(peer.node());
      boolean released =
          lease != null && lease.released() && lease.member().process().equals(peer.process());
      if (!snapshot.isLive(peer.process()) && !released) {
        departed.add(peer);
      }
    }
    for (LeaseRecord lease : snapshot.leases().values()) {
      if (!lease.released() && !snapshot.isLive(lease.member().process())) {
        departed.add(lease.member());
      }
    }
    departed.removeIf(gone -> gone.node().equals(member.node()));
    return departed;
  }

  private static Optional<LedgerEntry> validEntry(TurnSnapshot snapshot, MemberId member) {
    VerifiedSlot.Turn turn = snapshot.turn();
    return Optional.ofNullable(snapshot.entries().get(member.node()))
        .filter(entry -> entry.member().equals(member))
        .filter(entry -> entry.step() == turn.step())
        .filter(entry -> entry.epoch() == turn.epoch())
        .filter(entry -> entry.digest().equals(turn.document().digest()));
  }

  private static Set<MemberId> saidFenced(TurnSnapshot snapshot, MemberId member) {
    FenceEntry fence = snapshot.fences().get(member.node());
    return fence != null
            && fence.member().equals(member)
            && fence.epoch() == snapshot.turn().epoch()
        ? Set.copyOf(fence.fenced())
        : Set.of();
  }

  private static boolean isLive(TurnSnapshot snapshot, MemberId member) {
    return member.equals(snapshot.live().get(member.node()));
  }

  private static String names(Set<MemberId> members) {
    return members.stream().sorted().map(MemberId::toString).collect(Collectors.joining(", "));
  }
}
