package org.sealane.cluster.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OwnershipDecisionTest {
  private static final long TURN_NANOS = OwnershipDecision.TURN.toNanos();
  private static final OwnerEntry NONE = new OwnerEntry.None();
  private static final OwnerState UNCLAIMED = new OwnerState.Unclaimed();

  /** A member with its lease that sees all candidates live, unless a test says otherwise. */
  private record Seen(
      String self,
      List<String> candidates,
      long documentEpoch,
      OwnerEntry entry,
      Set<String> live,
      boolean member,
      boolean leased,
      long ownerlessNanos) {

    static Seen by(String self, OwnerEntry entry) {
      return new Seen(self, List.of("a", "b", "c"), 1, entry, Set.of("a", "b", "c"), true, true, 0);
    }

    Seen sole() {
      return new Seen(
          self, List.of(self), documentEpoch, entry, live, member, leased, ownerlessNanos);
    }

    Seen order(long epoch, String... nodes) {
      return new Seen(self, List.of(nodes), epoch, entry, live, member, leased, ownerlessNanos);
    }

    Seen live(String... nodes) {
      return new Seen(
          self, candidates, documentEpoch, entry, Set.of(nodes), member, leased, ownerlessNanos);
    }

    Seen away() {
      return new Seen(self, candidates, documentEpoch, entry, live, false, leased, ownerlessNanos);
    }

    Seen unleased() {
      return new Seen(self, candidates, documentEpoch, entry, live, member, false, ownerlessNanos);
    }

    Seen ownerless(long nanos) {
      return new Seen(self, candidates, documentEpoch, entry, live, member, leased, nanos);
    }

    OwnershipStep in(OwnerState state) {
      return OwnershipDecision.decide(
          new OwnershipSnapshot(
              self, candidates, documentEpoch, entry, live, member, leased, ownerlessNanos, 1_000),
          state);
    }
  }

  private static OwnerEntry mine(long epoch) {
    return new OwnerEntry.Mine(epoch);
  }

  private static OwnerEntry other(String node) {
    return new OwnerEntry.Other(node);
  }

  private static OwnerState serving(long epoch) {
    return new OwnerState.Serving(epoch, 1);
  }

  private static void assertReleases(OwnershipStep step, boolean resigning) {
    assertThat(step)
        .isInstanceOfSatisfying(
            OwnershipStep.Release.class,
            release -> assertThat(release.resigning()).isEqualTo(resigning));
  }

  private static void assertWaits(OwnershipStep step, String why) {
    assertThat(step)
        .isInstanceOfSatisfying(
            OwnershipStep.Wait.class, wait -> assertThat(wait.why()).contains(why));
  }

  @Test
  void shouldServeASoleCandidateWithoutLeaseOrZooKeeper() {
    Seen alone = Seen.by("a", NONE).sole().unleased().away();
    assertThat(alone.in(UNCLAIMED)).isEqualTo(new OwnershipStep.Claim());
    assertThat(alone.in(serving(7))).isEqualTo(new OwnershipStep.Wait(""));
    assertThat(Seen.by("a", NONE).sole().in(serving(7))).isEqualTo(new OwnershipStep.Announce());
    assertThat(Seen.by("a", mine(8)).sole().in(serving(7))).isEqualTo(new OwnershipStep.Record(8));
  }

  /** Nobody else may own it, so nobody is fenced by its epoch; which still never goes back. */
  @Test
  void shouldGoOnAboveTheMarkerWhenASoleCandidateFindsZooKeeperRestored() {
    Seen restored = Seen.by("a", mine(4)).sole();
    assertThat(restored.in(new OwnerState.Claimed(9, 1))).isEqualTo(new OwnershipStep.Record(10));
    assertThat(restored.in(serving(10))).isEqualTo(new OwnershipStep.Wait(""));
    assertThat(Seen.by("a", mine(11)).sole().in(serving(10)))
        .isEqualTo(new OwnershipStep.Record(11));
    assertThat(restored.in(new OwnerState.Claimed(Long.MAX_VALUE, 1)))
        .isInstanceOf(OwnershipStep.Refuse.class);
  }

  @Test
  void shouldClaimInTheOrderOfTheDocumentAmongLiveCandidates() {
    assertThat(Seen.by("a", NONE).in(UNCLAIMED)).isEqualTo(new OwnershipStep.Claim());
    assertThat(Seen.by("b", NONE).ownerless(TURN_NANOS - 5).in(UNCLAIMED))
        .isEqualTo(new OwnershipStep.WaitUntil("a may own it first", 1_005));
    assertThat(Seen.by("b", NONE).ownerless(TURN_NANOS).in(UNCLAIMED))
        .isEqualTo(new OwnershipStep.Claim());
    assertThat(Seen.by("c", NONE).ownerless(TURN_NANOS).in(UNCLAIMED))
        .isInstanceOf(OwnershipStep.WaitUntil.class);
    assertThat(Seen.by("c", NONE).live("c").in(UNCLAIMED)).isEqualTo(new OwnershipStep.Claim());
  }

  @Test
  void shouldNotClaimWithoutALeaseOrWhereAnotherIsOwner() {
    assertWaits(Seen.by("a", NONE).unleased().in(UNCLAIMED), "lease");
    assertWaits(Seen.by("a", NONE).away().in(UNCLAIMED), "lease");
    assertWaits(Seen.by("a", other("b")).in(UNCLAIMED), "");
    assertWaits(Seen.by("a", other("")).in(UNCLAIMED), "no candidate signed");
  }

  @Test
  void shouldTakeUpWhatItStillOwnsAfterAPause() {
    assertThat(Seen.by("b", mine(9)).in(UNCLAIMED)).isEqualTo(new OwnershipStep.Claim());
    assertThat(Seen.by("b", mine(9)).in(new OwnerState.Claimed(9, 1)))
        .isEqualTo(new OwnershipStep.Record(9));
    assertThat(Seen.by("b", new OwnerEntry.Stale()).in(UNCLAIMED))
        .isEqualTo(new OwnershipStep.RemoveEntry());
  }

  @Test
  void shouldAnnounceOnlyWhatItHasLocked() {
    OwnerState claimed = new OwnerState.Claimed(5, 1);
    assertThat(Seen.by("a", NONE).in(claimed)).isEqualTo(new OwnershipStep.Announce());
    assertThat(Seen.by("a", NONE).in(new OwnerState.Claiming(1)))
        .isEqualTo(new OwnershipStep.Wait(""));
    assertReleases(Seen.by("a", other("b")).in(claimed), false);
    assertReleases(Seen.by("a", NONE).unleased().in(claimed), false);
  }

  @Test
  void shouldRefuseABackingThatWasOwnedUnderALaterEpoch() {
    assertThat(Seen.by("a", mine(4)).in(new OwnerState.Claimed(5, 1)))
        .isInstanceOfSatisfying(
            OwnershipStep.Refuse.class,
            refused -> assertThat(refused.reason()).contains("epoch 5").contains("4"));
    OwnerState refused = new OwnerState.Refused("no marker", 2_000);
    assertThat(Seen.by("a", mine(4)).in(refused)).isEqualTo(new OwnershipStep.RemoveEntry());
    assertThat(Seen.by("a", NONE).in(refused))
        .isEqualTo(new OwnershipStep.WaitUntil("no marker", 2_000));
    assertThat(Seen.by("a", NONE).in(new OwnerState.Refused("no marker", 1_000)))
        .isEqualTo(new OwnershipStep.Claim());
  }

  @Test
  void shouldStopServingWhenTheLeaseEndsOrAnotherIsOwner() {
    assertThat(Seen.by("a", mine(5)).in(serving(5))).isEqualTo(new OwnershipStep.Wait(""));
    assertReleases(Seen.by("a", mine(5)).unleased().in(serving(5)), false);
    assertReleases(Seen.by("a", mine(5)).away().unleased().in(serving(5)), false);
    assertReleases(Seen.by("a", other("b")).in(serving(5)), false);
    assertReleases(Seen.by("a", mine(5)).unleased().in(new OwnerState.Recording(5, 0, 1)), false);
  }

  @Test
  void shouldMakeWayForTheFirstOfALaterDocumentOnceThatIsLive() {
    Seen moving = Seen.by("a", mine(5)).order(2, "b", "a", "c");
    assertReleases(moving.in(serving(5)), true);
    assertWaits(moving.live("a").in(serving(5)), "b is not live");
    assertThat(moving.away().in(serving(5))).isEqualTo(new OwnershipStep.Wait(""));
    assertThat(moving.in(new OwnerState.Serving(5, 2)))
        .as("it took over since the first did not")
        .isEqualTo(new OwnershipStep.Wait(""));
    assertThat(Seen.by("a", mine(5)).order(2, "a", "b", "c").in(serving(5)))
        .isEqualTo(new OwnershipStep.Wait(""));
  }

  @Test
  void shouldRemoveItsEntryOnlyAfterTheBackingWasUnlocked() {
    OwnerState resigned = new OwnerState.Resigned("moves");
    assertWaits(Seen.by("a", mine(5)).in(new OwnerState.Releasing("moves", true)), "moves");
    assertThat(Seen.by("a", mine(5)).in(resigned)).isEqualTo(new OwnershipStep.RemoveEntry());
    assertWaits(Seen.by("a", mine(5)).away().in(resigned), "moves");
    assertThat(Seen.by("a", other("b")).in(resigned)).isEqualTo(new OwnershipStep.Restart());
    assertThat(Seen.by("a", NONE).in(resigned)).isEqualTo(new OwnershipStep.Restart());
  }
}
