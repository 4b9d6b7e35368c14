package org.sealane.cluster.ownership;

import java.time.Duration;
import java.util.List;

/**
 * Decides what a candidate does about a volume, from what it sees and how far it is. A volume with
 * one candidate is served whether ZooKeeper is there or not, and whatever its transaction numbers
 * are: nobody else may own it, and the lock keeps two processes of the one apart. With several:
 *
 * <ul>
 *   <li>the backing is locked before the entry is made, and the entry is removed after the backing
 *       was unlocked, so that who sees no entry finds no lock but that of a process cut off;
 *   <li>without its lease a node serves nothing and lets go of the lock;
 *   <li>where there is no entry, live candidates try in the order of the document, each some time
 *       after the one before;
 *   <li>an owner makes way for the first candidate of a document newer than its claim, once that
 *       one is live.
 * </ul>
 *
 * Pure.
 */
public final class OwnershipDecision {
  /** What each live candidate leaves to the one before it. */
  public static final Duration TURN = Duration.ofSeconds(3);

  private static final String NO_LEASE = "this node holds no lease";

  private OwnershipDecision() {}

  public static OwnershipStep decide(OwnershipSnapshot seen, OwnerState state) {
    return seen.isSole() ? sole(seen, state) : oneOfSeveral(seen, state);
  }

  private static OwnershipStep sole(OwnershipSnapshot seen, OwnerState state) {
    return switch (state) {
      case OwnerState.Unclaimed _ -> new OwnershipStep.Claim();
      case OwnerState.Refused refused ->
          isDue(seen, refused) ? new OwnershipStep.Claim() : refused(refused);
      case OwnerState.Claiming _, OwnerState.Recording _, OwnerState.Releasing _ -> nothing();
      case OwnerState.Resigned _ -> new OwnershipStep.Restart();
      case OwnerState.Claimed claimed -> announce(seen, claimed.lastOwnerEpoch(), false);
      case OwnerState.Serving serving -> announce(seen, serving.epoch(), true);
    };
  }

  private static OwnershipStep oneOfSeveral(OwnershipSnapshot seen, OwnerState state) {
    boolean mayOwn = seen.member() && seen.leased();
    return switch (state) {
      case OwnerState.Unclaimed _ -> mayOwn ? claim(seen) : noLease();
      case OwnerState.Refused refused -> refused(seen, refused, mayOwn);
      case OwnerState.Claiming _ -> nothing();
      case OwnerState.Claimed claimed ->
          mayOwn
              ? announce(seen, claimed.lastOwnerEpoch(), false)
              : new OwnershipStep.Release(NO_LEASE, false);
      case OwnerState.Recording _ ->
          seen.leased() ? nothing() : new OwnershipStep.Release(NO_LEASE, false);
      case OwnerState.Serving serving -> serving(seen, serving);
      case OwnerState.Releasing releasing -> new OwnershipStep.Wait(releasing.why());
      case OwnerState.Resigned resigned ->
          switch (seen.entry()) {
            case OwnerEntry.Mine _, OwnerEntry.Stale _ ->
                seen.member()
                    ? new OwnershipStep.RemoveEntry()
                    : new OwnershipStep.Wait(resigned.why());
            case OwnerEntry.None _, OwnerEntry.Other _ -> new OwnershipStep.Restart();
          };
    };
  }

  private static OwnershipStep noLease() {
    return new OwnershipStep.Wait(NO_LEASE);
  }

  private static OwnershipStep nothing() {
    return new OwnershipStep.Wait("");
  }

  private static boolean isDue(OwnershipSnapshot seen, OwnerState.Refused refused) {
    return seen.nowBootNanos() - refused.retryAt() >= 0;
  }

  private static OwnershipStep refused(OwnerState.Refused refused) {
    return new OwnershipStep.WaitUntil(refused.reason(), refused.retryAt());
  }

  /** An entry would keep out those whose backing is the right one. */
  private static OwnershipStep refused(
      OwnershipSnapshot seen, OwnerState.Refused refused, boolean mayOwn) {
    if (seen.member() && seen.entry() instanceof OwnerEntry.Mine) {
      return new OwnershipStep.RemoveEntry();
    }
    if (!isDue(seen, refused)) {
      return refused(refused);
    }
    return mayOwn ? claim(seen) : noLease();
  }

  private static OwnershipStep claim(OwnershipSnapshot seen) {
    return switch (seen.entry()) {
      case OwnerEntry.Mine _ -> new OwnershipStep.Claim();
      case OwnerEntry.Stale _ -> new OwnershipStep.RemoveEntry();
      case OwnerEntry.Other other ->
          new OwnershipStep.Wait(
              other.node().isEmpty()
                  ? "an entry that no candidate signed keeps its place; remove it"
                  : "");
      case OwnerEntry.None _ -> {
        List<String> before =
            seen.candidates().subList(0, seen.candidates().indexOf(seen.self())).stream()
                .filter(seen.live()::contains)
                .toList();
        long leftNanos = before.size() * TURN.toNanos() - seen.ownerlessNanos();
        yield leftNanos <= 0
            ? new OwnershipStep.Claim()
            : new OwnershipStep.WaitUntil(
                String.join(", ", before) + " may own it first", seen.nowBootNanos() + leftNanos);
      }
    };
  }

  /** With the backing locked: makes the entry, or writes down what it says. */
  private static OwnershipStep announce(OwnershipSnapshot seen, long last, boolean serving) {
    if (!seen.member()) {
      return nothing();
    }
    return switch (seen.entry()) {
      case OwnerEntry.None _ -> new OwnershipStep.Announce();
      case OwnerEntry.Stale _ -> new OwnershipStep.RemoveEntry();
      case OwnerEntry.Other other ->
          seen.isSole()
              ? new OwnershipStep.Wait("an entry of another keeps its place")
              : new OwnershipStep.Release(named(other) + " has announced itself as owner", false);
      case OwnerEntry.Mine mine -> {
        if (mine.epoch() < last && seen.isSole() && last < Long.MAX_VALUE) {
          // ZooKeeper was restored from a backup: its numbers begin again below the marker's.
          yield serving ? nothing() : new OwnershipStep.Record(last + 1);
        }
        if (mine.epoch() < last) {
          yield new OwnershipStep.Refuse(
              "the backing was last owned under epoch "
                  + last
                  + ", ZooKeeper is at "
                  + mine.epoch()
                  + ": it was restored from a backup");
        }
        yield serving && mine.epoch() == last ? nothing() : new OwnershipStep.Record(mine.epoch());
      }
    };
  }

  private static String named(OwnerEntry.Other other) {
    return other.node().isEmpty() ? "someone unknown" : other.node();
  }

  private static OwnershipStep serving(OwnershipSnapshot seen, OwnerState.Serving serving) {
    if (!seen.leased()) {
      return new OwnershipStep.Release(NO_LEASE, false);
    }
    OwnershipStep step = announce(seen, serving.epoch(), true);
    String meant = seen.candidates().getFirst();
    boolean moves =
        seen.member()
            && seen.documentEpoch() > serving.documentEpoch()
            && !meant.equals(seen.self());
    if (!moves || !(step instanceof OwnershipStep.Wait)) {
      return step;
    }
    return seen.live().contains(meant)
        ? new OwnershipStep.Release("the volume moves to " + meant, true)
        : new OwnershipStep.Wait(meant + " is not live; the volume moves there when it is");
  }
}
