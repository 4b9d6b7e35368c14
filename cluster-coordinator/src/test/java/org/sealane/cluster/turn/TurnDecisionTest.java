package org.sealane.cluster.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.Snapshots;
import org.sealane.cluster.document.TestDocuments;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.Level;

class TurnDecisionTest {
  private static final MemberId ME = new MemberId("me", 1, new UUID(0, 1));
  private static final MemberId PEER = new MemberId("peer", 2, new UUID(0, 2));
  private static final MemberId PEER_AGAIN = new MemberId("peer", 3, new UUID(0, 2));
  private static final MemberId PEER_RESTARTED = new MemberId("peer", 4, new UUID(0, 4));

  private final TestDocuments documents = new TestDocuments();
  private final SignedDocument one = documents.policy(1, Level.CLEAR, Optional.empty());
  private final SignedDocument two = documents.policy(2, Level.ENCRYPT, Optional.of(one));

  /** How far this node's own part of the step is. */
  private enum Own {
    UNDRAINED,
    DRAINED,
    WRITTEN,
    WRITTEN_IN_EARLIER_SESSION
  }

  /** What became of the other node. */
  private enum Other {
    NEVER_THERE,
    LIVE,
    LIVE_WRITTEN,
    LIVE_AGAIN_WRITTEN_BEFORE,
    RESTARTED_WRITTEN,
    GONE,
    GONE_FENCED_UNSAID,
    GONE_FENCED_SAID,
    GONE_AGAIN_FENCED_BEFORE,
    GONE_SEEN_ONLY_BY_LEASE,
    RELEASED
  }

  private VerifiedSlot slot(TurnStep step) {
    return documents.verified(TestDocuments.turning(Optional.of(one), two, step));
  }

  private LedgerEntry entry(TurnStep step, MemberId member, MemberId... peers) {
    return new LedgerEntry(
        TestDocuments.VOLUME, 2, two.digest(), step, member, List.of(peers), Instant.EPOCH);
  }

  private TurnSnapshot snapshot(TurnStep step, Own own, Other other) {
    Map<String, MemberId> live = new HashMap<>(Map.of("me", ME));
    Map<String, LeaseRecord> leases = new HashMap<>(Map.of("me", new LeaseRecord(ME, false)));
    Map<String, LedgerEntry> entries = new HashMap<>();
    Map<String, FenceEntry> fences = new HashMap<>();
    boolean seen = other != Other.NEVER_THERE && other != Other.GONE_SEEN_ONLY_BY_LEASE;
    MemberId[] peers = seen ? new MemberId[] {PEER} : new MemberId[0];
    if (own == Own.WRITTEN) {
      entries.put("me", entry(step, ME, peers));
    } else if (own == Own.WRITTEN_IN_EARLIER_SESSION) {
      entries.put("me", entry(step, new MemberId("me", 9, ME.incarnation()), peers));
    }
    switch (other) {
      case NEVER_THERE -> {}
      case LIVE -> live.put("peer", PEER);
      case LIVE_WRITTEN -> {
        live.put("peer", PEER);
        entries.put("peer", entry(step, PEER, ME));
      }
      case LIVE_AGAIN_WRITTEN_BEFORE -> {
        live.put("peer", PEER_AGAIN);
        entries.put("peer", entry(step, PEER, ME));
      }
      case RESTARTED_WRITTEN -> {
        live.put("peer", PEER_RESTARTED);
        entries.put("peer", entry(step, PEER_RESTARTED, ME));
      }
      case GONE, GONE_FENCED_UNSAID, GONE_SEEN_ONLY_BY_LEASE ->
          leases.put("peer", new LeaseRecord(PEER, false));
      case GONE_FENCED_SAID -> {
        leases.put("peer", new LeaseRecord(PEER, false));
        fences.put("me", fenceOfPeer());
      }
      case GONE_AGAIN_FENCED_BEFORE -> {
        leases.put("peer", new LeaseRecord(PEER_AGAIN, false));
        fences.put("me", fenceOfPeer());
      }
      case RELEASED -> leases.put("peer", new LeaseRecord(PEER, true));
    }
    if (live.containsKey("peer")) {
      leases.put("peer", new LeaseRecord(live.get("peer"), false));
    }
    return new TurnSnapshot(
        slot(step),
        live,
        leases,
        entries,
        fences,
        entries.containsKey("me") ? OptionalInt.of(0) : OptionalInt.empty(),
        OptionalInt.empty());
  }

  private static FenceEntry fenceOfPeer() {
    return new FenceEntry(TestDocuments.VOLUME, 2, ME, List.of(PEER), Instant.EPOCH);
  }

  private static TurnSnapshot.Self self(Own own, Other other, boolean elected) {
    boolean fenced =
        other == Other.GONE_FENCED_UNSAID
            || other == Other.GONE_FENCED_SAID
            || other == Other.GONE_AGAIN_FENCED_BEFORE;
    boolean seen = other != Other.NEVER_THERE && other != Other.GONE_SEEN_ONLY_BY_LEASE;
    return new TurnSnapshot.Self(
        ME,
        elected,
        own != Own.UNDRAINED,
        seen && !fenced ? Set.of(PEER) : Set.of(),
        fenced ? Set.of(PEER) : Set.of());
  }

  private static String name(TurnAction action) {
    return switch (action) {
      case TurnAction.Fence fence -> "fence " + fence.departed().node();
      case TurnAction.WriteFence write -> "write fence of " + write.fenced().size();
      case TurnAction.AwaitDrained _ -> "await drained";
      case TurnAction.WriteEntry write ->
          "write " + write.step().word() + (write.replaces().isPresent() ? " anew" : "");
      case TurnAction.Advance advance -> "ADVANCE to " + advance.to().word();
      case TurnAction.Complete _ -> "COMPLETE";
      case TurnAction.Wait wait -> "wait " + wait.missing();
    };
  }

  /** Each step against all that this node and another can be in. */
  @Test
  void shouldDecideAsListedInEveryState() throws Exception {
    StringBuilder table = new StringBuilder();
    for (TurnStep step : TurnStep.values()) {
      for (Own own : Own.values()) {
        for (Other other : Other.values()) {
          for (boolean elected : new boolean[] {true, false}) {
            List<TurnAction> actions =
                TurnDecision.decide(snapshot(step, own, other), self(own, other, elected));
            table.append(
                "%-7s own %-26s other %-25s %-11s %s%n"
                    .formatted(
                        step.word(),
                        own,
                        other,
                        elected ? "coordinator" : "",
                        actions.stream()
                            .map(TurnDecisionTest::name)
                            .collect(Collectors.joining("; "))));
          }
        }
      }
    }
    Snapshots.assertMatches("turn/decisions.txt", table.toString());
  }

  @Test
  void shouldNotCoordinateWhenNotRegistered() {
    TurnSnapshot others =
        new TurnSnapshot(
            slot(TurnStep.ACCEPT),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            OptionalInt.empty(),
            OptionalInt.empty());
    List<TurnAction> actions =
        TurnDecision.decide(others, self(Own.DRAINED, Other.NEVER_THERE, true));
    assertThat(actions).singleElement().isInstanceOf(TurnAction.Wait.class);
  }

  @Test
  void shouldIgnoreAnEntryOfAnotherDocument() {
    LedgerEntry other =
        new LedgerEntry(
            TestDocuments.VOLUME, 2, one.digest(), TurnStep.ACCEPT, ME, List.of(), Instant.EPOCH);
    TurnSnapshot snapshot =
        new TurnSnapshot(
            slot(TurnStep.ACCEPT),
            Map.of("me", ME),
            Map.of(),
            Map.of("me", other),
            Map.of(),
            OptionalInt.of(3),
            OptionalInt.empty());
    assertThat(TurnDecision.missing(snapshot)).hasSize(1);
    assertThat(TurnDecision.decide(snapshot, self(Own.DRAINED, Other.NEVER_THERE, true)))
        .singleElement()
        .isEqualTo(
            new TurnAction.WriteEntry(
                TurnStep.ACCEPT, Set.of(), OptionalInt.of(3), "this node has done accept"));
  }

  @Test
  void shouldCommitExactlyWhenAdvancingToEnforce() {
    VerifiedSlot sending = TurnDecision.advanced(slot(TurnStep.ACCEPT), TurnStep.SEND);
    assertThat(sending.committed().orElseThrow().epoch()).isEqualTo(1);
    VerifiedSlot enforcing = TurnDecision.advanced(sending, TurnStep.ENFORCE);
    assertThat(enforcing.committed().orElseThrow().epoch()).isEqualTo(2);
    assertThat(TurnDecision.completed(enforcing).turn()).isEmpty();
    assertThatThrownBy(() -> TurnDecision.advanced(slot(TurnStep.ACCEPT), TurnStep.ENFORCE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TurnDecision.completed(sending))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldGiveTheRuleOfEachStep() {
    UUID volume = TestDocuments.VOLUME;
    LaneRule accept = rule(slot(TurnStep.ACCEPT));
    assertThat(accept.send().epoch()).isEqualTo(1);
    assertThat(accept.accept()).extracting(p -> p.epoch()).containsExactly(1L, 2L);
    LaneRule send = rule(slot(TurnStep.SEND));
    assertThat(send.send().epoch()).isEqualTo(2);
    assertThat(send.accept()).extracting(p -> p.epoch()).containsExactly(1L, 2L);
    LaneRule enforce = rule(slot(TurnStep.ENFORCE));
    assertThat(enforce.accept()).extracting(p -> p.epoch()).containsExactly(2L);
    assertThat(PolicyRules.rule(volume, LaneKind.CSV, Optional.empty()).weakestAccepted())
        .isEqualTo(Level.ENCRYPT);
  }

  private static LaneRule rule(VerifiedSlot slot) {
    return PolicyRules.rule(TestDocuments.VOLUME, LaneKind.CSV, Optional.of(slot));
  }

  @Test
  void shouldTakeBackTheFenceOfWhoHasComeSince() {
    TurnSnapshot here = snapshot(TurnStep.SEND, Own.WRITTEN, Other.LIVE);
    TurnSnapshot fencedBefore =
        new TurnSnapshot(
            slot(TurnStep.SEND),
            here.live(),
            here.leases(),
            here.entries(),
            Map.of("me", fenceOfPeer()),
            OptionalInt.of(0),
            OptionalInt.of(3));

    List<TurnAction> actions =
        TurnDecision.decide(fencedBefore, self(Own.WRITTEN, Other.LIVE, true));

    assertThat(actions)
        .singleElement()
        .isInstanceOfSatisfying(
            TurnAction.WriteFence.class,
            write -> {
              assertThat(write.fenced()).isEmpty();
              assertThat(write.replaces()).hasValue(3);
            });
  }
}
