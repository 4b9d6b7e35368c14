package org.sealane.cluster.member;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.sealane.cluster.audit.AuditEvent;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.ownership.OwnerEntry;
import org.sealane.cluster.ownership.OwnerState;
import org.sealane.cluster.ownership.OwnershipDecision;
import org.sealane.cluster.ownership.OwnershipSnapshot;
import org.sealane.cluster.ownership.OwnershipStep;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.NodeSigner;
import org.sealane.cluster.turn.Statement;

/**
 * Owns the volumes of which this node is a candidate, as {@link OwnershipDecision} says: claims the
 * backing, announces itself, records the owner epoch, serves, makes way. Not thread-safe.
 */
final class OwnershipDriver {
  private static final long RETRY_SOLE_NANOS = Duration.ofSeconds(5).toNanos();

  /** Shorter, since users wait meanwhile: the backing may be locked by an owner that is going. */
  private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

  /** Longer than the turns of those that come after: its own entry keeps them out each time. */
  private static final long RETRY_ANNOUNCED_NANOS =
      OwnershipDecision.TURN.multipliedBy(3).toNanos();

  private final MemberIdentity identity;
  private final NodeSigner signer;
  private final DocumentFollower documents;
  private final Observed observed;
  private final Outbox out;
  private final Map<UUID, OwnerState> states = new HashMap<>();
  private final Map<UUID, String> refusals = new HashMap<>();

  /** What is waited for, and when on the boot clock a volume is to be looked at again. */
  private final Map<UUID, String> waiting = new HashMap<>();

  private final Map<UUID, Long> dueAt = new HashMap<>();

  /** Since when on the boot clock no entry was seen. */
  private final Map<UUID, Long> ownerlessSince = new HashMap<>();

  /** How this node stands. */
  record Standing(Optional<MemberId> self, boolean member, boolean leased) {}

  /** A volume that this node may own, and the epoch of the document that says so. */
  private record Candidacy(DocumentContent.Volume volume, long documentEpoch) {}

  OwnershipDriver(
      MemberIdentity identity,
      NodeSigner signer,
      DocumentFollower documents,
      Observed observed,
      Outbox out) {
    this.identity = identity;
    this.signer = signer;
    this.documents = documents;
    this.observed = observed;
    this.out = out;
  }

  OwnerState state(UUID volume) {
    return states.getOrDefault(volume, new OwnerState.Unclaimed());
  }

  /** What this node waits for before it owns the volume, or before it gives it away. */
  Optional<String> waitsFor(UUID volume) {
    return Optional.ofNullable(waiting.get(volume)).filter(why -> !why.isEmpty());
  }

  /** When something is due that no event tells of. */
  OptionalLong nextRetry() {
    return dueAt.values().stream().mapToLong(Long::longValue).min();
  }

  /** Volumes that this node has something to do with. */
  Set<UUID> volumes() {
    return Set.copyOf(states.keySet());
  }

  /** Does what needs no write to the store. To be called whenever anything may have changed. */
  void look(Standing standing, Now now) {
    Map<UUID, Candidacy> mine = mine();
    Set<UUID> all = new HashSet<>(mine.keySet());
    all.addAll(states.keySet());
    all.forEach(volume -> take(volume, step(volume, mine, standing, now), mine, now));
  }

  /**
   * Does all there is to do; to be called when the store was just read. Returns how many writes it
   * made.
   */
  int drive(MemberId self, boolean leased, Now now, Consumer<StoreResult> written) {
    Standing standing = new Standing(Optional.of(self), true, leased);
    look(standing, now);
    Map<UUID, Candidacy> mine = mine();
    int writes = 0;
    for (UUID volume : Map.copyOf(states).keySet()) {
      writes += write(volume, step(volume, mine, standing, now), self, written);
    }
    return writes;
  }

  private OwnershipStep step(UUID volume, Map<UUID, Candidacy> mine, Standing standing, Now now) {
    OwnerEntry entry = entry(volume, standing);
    Candidacy candidacy = mine.get(volume);
    if (candidacy == null) {
      return noCandidate(state(volume), entry, standing.member());
    }
    boolean ownerless = standing.member() && entry instanceof OwnerEntry.None;
    if (ownerless) {
      ownerlessSince.putIfAbsent(volume, now.bootNanos());
    } else {
      ownerlessSince.remove(volume);
    }
    return OwnershipDecision.decide(
        new OwnershipSnapshot(
            identity.node(),
            candidacy.volume().candidates(),
            candidacy.documentEpoch(),
            entry,
            observed.members().keySet(),
            standing.member(),
            standing.leased(),
            ownerless ? now.bootNanos() - ownerlessSince.get(volume) : 0,
            now.bootNanos()),
        state(volume));
  }

  /** For a volume that was deleted, or that others are to own. */
  private static OwnershipStep noCandidate(OwnerState state, OwnerEntry entry, boolean member) {
    return switch (state) {
      case OwnerState.Unclaimed _, OwnerState.Refused _ -> new OwnershipStep.Restart();
      case OwnerState.Claiming _, OwnerState.Releasing _ -> new OwnershipStep.Wait("");
      case OwnerState.Claimed _, OwnerState.Recording _, OwnerState.Serving _ ->
          new OwnershipStep.Release("this node is no candidate any more", true);
      case OwnerState.Resigned _ ->
          member && entry instanceof OwnerEntry.Mine
              ? new OwnershipStep.RemoveEntry()
              : new OwnershipStep.Restart();
    };
  }

  private OwnerEntry entry(UUID volume, Standing standing) {
    Observed.Owner owner = observed.owners().get(volume);
    if (owner == null) {
      return new OwnerEntry.None();
    }
    if (standing
        .self()
        .filter(self -> self.session() == owner.stat().ephemeralOwner())
        .isPresent()) {
      return new OwnerEntry.Mine(owner.stat().czxid());
    }
    return owner.member().filter(this::isDead).isPresent()
        ? new OwnerEntry.Stale()
        : new OwnerEntry.Other(owner.member().map(MemberId::node).orElse(""));
  }

  private void take(UUID volume, OwnershipStep step, Map<UUID, Candidacy> mine, Now now) {
    dueAt.remove(volume);
    waiting.remove(volume);
    switch (step) {
      case OwnershipStep.Wait wait -> waiting.put(volume, wait.why());
      case OwnershipStep.WaitUntil wait -> {
        waiting.put(volume, wait.why());
        dueAt.put(volume, wait.bootNanos());
        states.putIfAbsent(volume, new OwnerState.Unclaimed());
      }
      case OwnershipStep.Claim _ -> {
        Candidacy candidacy = mine.get(volume);
        become(volume, new OwnerState.Claiming(candidacy.documentEpoch()));
        out.add(
            new MemberAction.ClaimBacking(volume, candidacy.volume().paths().get(identity.node())));
      }
      case OwnershipStep.Release release -> {
        if (state(volume).isServing()) {
          audit(AuditKind.OWNERSHIP_GIVEN_UP, volume, "reason", release.why());
        }
        become(volume, new OwnerState.Releasing(release.why(), release.resigning()));
        waiting.put(volume, release.why());
        out.add(new MemberAction.ReleaseBacking(volume, release.resigning()));
      }
      case OwnershipStep.Refuse refuse -> {
        out.add(new MemberAction.ReleaseBacking(volume, false));
        refuse(volume, refuse.reason(), RETRY_ANNOUNCED_NANOS, now);
      }
      case OwnershipStep.Restart _ -> {
        states.remove(volume);
        ownerlessSince.remove(volume);
        if (mine.containsKey(volume)) {
          become(volume, new OwnerState.Unclaimed());
          dueAt.put(volume, now.bootNanos());
        }
      }
      // Writes; only when what was read is fresh.
      case OwnershipStep.Announce _, OwnershipStep.RemoveEntry _, OwnershipStep.Record _ -> {}
    }
  }

  private int write(UUID volume, OwnershipStep step, MemberId self, Consumer<StoreResult> written) {
    String path = identity.paths().owner(volume);
    return switch (step) {
      case OwnershipStep.Announce _ -> {
        out.submit(
            new StoreRequest.Create(path, statement(volume, self), StoreRequest.Lifetime.EPHEMERAL),
            written);
        yield 1;
      }
      case OwnershipStep.RemoveEntry _ -> {
        int version = observed.owners().get(volume).stat().version();
        out.submit(
            new StoreRequest.Delete(path, version),
            result -> {
              if (!Round.isLost(result)) {
                // Of a volume that was deleted nobody reads the entry again.
                observed.noOwner(volume);
              }
              written.accept(result);
            });
        yield 1;
      }
      case OwnershipStep.Record record -> {
        OwnerState state = state(volume);
        become(
            volume,
            new OwnerState.Recording(record.epoch(), state.ownerEpoch(), documentEpoch(state)));
        out.add(new MemberAction.RecordOwnerEpoch(volume, record.epoch(), !isSole(volume)));
        yield 0;
      }
      case OwnershipStep.Wait _,
          OwnershipStep.WaitUntil _,
          OwnershipStep.Claim _,
          OwnershipStep.Release _,
          OwnershipStep.Refuse _,
          OwnershipStep.Restart _ ->
          0;
    };
  }

  private static long documentEpoch(OwnerState state) {
    return switch (state) {
      case OwnerState.Claiming claiming -> claiming.documentEpoch();
      case OwnerState.Claimed claimed -> claimed.documentEpoch();
      case OwnerState.Recording recording -> recording.documentEpoch();
      case OwnerState.Serving serving -> serving.documentEpoch();
      case OwnerState.Unclaimed _,
          OwnerState.Releasing _,
          OwnerState.Resigned _,
          OwnerState.Refused _ ->
          0;
    };
  }

  void claimed(MemberEvent.BackingClaimed event, Now now) {
    if (!(state(event.volume()) instanceof OwnerState.Claiming claiming)) {
      return;
    }
    if (event.lastOwnerEpoch().isPresent()) {
      become(
          event.volume(),
          new OwnerState.Claimed(event.lastOwnerEpoch().getAsLong(), claiming.documentEpoch()));
    } else {
      refuse(
          event.volume(),
          event.detail(),
          isSole(event.volume()) ? RETRY_SOLE_NANOS : RETRY_NANOS,
          now);
    }
  }

  void recorded(MemberEvent.OwnerEpochRecorded event, Now now) {
    if (!(state(event.volume()) instanceof OwnerState.Recording recording)
        || recording.epoch() != event.ownerEpoch()) {
      return;
    }
    if (!event.recorded()) {
      out.add(new MemberAction.ReleaseBacking(event.volume(), false));
      refuse(event.volume(), event.detail(), RETRY_ANNOUNCED_NANOS, now);
      return;
    }
    become(event.volume(), new OwnerState.Serving(event.ownerEpoch(), recording.documentEpoch()));
    refusals.remove(event.volume());
    audit(
        AuditKind.OWNERSHIP_TAKEN, event.volume(), "ownerEpoch", Long.toString(event.ownerEpoch()));
  }

  void released(MemberEvent.BackingReleased event) {
    if (state(event.volume()) instanceof OwnerState.Releasing releasing) {
      become(
          event.volume(),
          releasing.resigning()
              ? new OwnerState.Resigned(releasing.why())
              : new OwnerState.Unclaimed());
    }
  }

  /** Actions of an answer were dropped: whatever waits for what comes of one begins again. */
  void dropped() {
    for (UUID volume : Set.copyOf(states.keySet())) {
      switch (state(volume)) {
        case OwnerState.Claiming _ -> release(volume, new OwnerState.Releasing("", false));
        case OwnerState.Releasing releasing -> release(volume, releasing);
        case OwnerState.Recording recording when recording.servedUnder() > 0 ->
            become(
                volume, new OwnerState.Serving(recording.servedUnder(), recording.documentEpoch()));
        case OwnerState.Recording _ -> release(volume, new OwnerState.Releasing("", false));
        case OwnerState.Unclaimed _,
            OwnerState.Claimed _,
            OwnerState.Serving _,
            OwnerState.Resigned _,
            OwnerState.Refused _ -> {}
      }
    }
  }

  private void release(UUID volume, OwnerState.Releasing releasing) {
    become(volume, releasing);
    out.add(new MemberAction.ReleaseBacking(volume, releasing.resigning()));
  }

  /** Gives every backing up. */
  void releaseAll() {
    for (UUID volume : Set.copyOf(states.keySet())) {
      release(volume, new OwnerState.Releasing("this node leaves", true));
    }
    waiting.clear();
    dueAt.clear();
  }

  private Map<UUID, Candidacy> mine() {
    Map<UUID, Candidacy> mine = new HashMap<>();
    documents
        .slots()
        .forEach((key, slot) -> {
          Optional<DocumentContent> content = slot.living();
          if (key.kind() == DocumentKind.VOLUME
              && content.isPresent()
              && content.get() instanceof DocumentContent.Volume volume
              && volume.candidates().contains(identity.node())) {
            mine.put(key.object(), new Candidacy(volume, epoch(slot)));
          }
        });
    return mine;
  }

  private static long epoch(VerifiedSlot slot) {
    return slot.committed().map(VerifiedDocument::epoch).orElse(0L);
  }

  private boolean isSole(UUID volume) {
    Candidacy candidacy = mine().get(volume);
    return candidacy != null && candidacy.volume().candidates().equals(List.of(identity.node()));
  }

  private boolean isDead(MemberId member) {
    return member.node().equals(identity.node())
        && (member.incarnation().equals(identity.incarnation())
            || identity.predecessor().equals(Optional.of(member.incarnation())));
  }

  private byte[] statement(UUID volume, MemberId self) {
    ObjectNode json = Statement.begin(identity.clusterId(), "owner", self);
    json.put("volume", volume.toString());
    return Statement.seal(json, signer);
  }

  private void become(UUID volume, OwnerState state) {
    states.put(volume, state);
  }

  private void refuse(UUID volume, String reason, long retryNanos, Now now) {
    long retryAt = now.bootNanos() + retryNanos;
    become(volume, new OwnerState.Refused(reason, retryAt));
    waiting.put(volume, reason);
    dueAt.put(volume, retryAt);
    if (!reason.equals(refusals.put(volume, reason))) {
      audit(AuditKind.OWNERSHIP_REFUSED, volume, "reason", reason);
    }
  }

  private void audit(AuditKind kind, UUID volume, String name, String value) {
    out.add(
        new MemberAction.Audit(
            new AuditEvent(kind, Map.of("volume", volume.toString(), name, value))));
  }
}
