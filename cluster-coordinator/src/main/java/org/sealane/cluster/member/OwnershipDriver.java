package org.sealane.cluster.member;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
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
import org.sealane.cluster.ownership.OwnerState;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.NodeSigner;
import org.sealane.cluster.turn.Statement;

/**
 * Owns the volumes of which this node is the sole candidate: claims the backing, announces itself,
 * records the owner epoch, serves. Not thread-safe.
 */
final class OwnershipDriver {
  private static final long RETRY_NANOS = Duration.ofSeconds(5).toNanos();

  private final MemberIdentity identity;
  private final NodeSigner signer;
  private final DocumentFollower documents;
  private final Observed observed;
  private final Outbox out;
  private final Map<UUID, OwnerState> states = new HashMap<>();
  private final Map<UUID, String> refusals = new HashMap<>();

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

  /** When a refused claim is due again. */
  OptionalLong nextRetry() {
    return states.values().stream()
        .filter(OwnerState.Refused.class::isInstance)
        .mapToLong(state -> ((OwnerState.Refused) state).retryAt())
        .min();
  }

  /** Claims backings that are not, releases those of volumes that are no longer this node's. */
  void claim(Now now) {
    Map<UUID, DocumentContent.Volume> mine = mine();
    for (Iterator<UUID> held = states.keySet().iterator(); held.hasNext(); ) {
      UUID volume = held.next();
      if (!mine.containsKey(volume)) {
        held.remove();
        out.add(new MemberAction.ReleaseBacking(volume));
      }
    }
    mine.forEach((volume, content) -> {
      OwnerState state = state(volume);
      boolean due =
          state instanceof OwnerState.Unclaimed
              || (state instanceof OwnerState.Refused refused
                  && now.bootNanos() - refused.retryAt() >= 0);
      if (due) {
        become(volume, new OwnerState.Claiming());
        out.add(new MemberAction.ClaimBacking(volume, content.paths().get(identity.node())));
      }
    });
  }

  void claimed(MemberEvent.BackingClaimed event, Now now) {
    if (!(state(event.volume()) instanceof OwnerState.Claiming)) {
      return;
    }
    if (event.lastOwnerEpoch().isPresent()) {
      become(event.volume(), new OwnerState.Claimed(event.lastOwnerEpoch().getAsLong()));
    } else {
      refuse(event.volume(), event.detail(), now);
    }
  }

  void recorded(MemberEvent.OwnerEpochRecorded event, Now now) {
    if (!(state(event.volume()) instanceof OwnerState.Recording recording)
        || recording.epoch() != event.ownerEpoch()) {
      return;
    }
    if (!event.recorded()) {
      out.add(new MemberAction.ReleaseBacking(event.volume()));
      refuse(event.volume(), event.detail(), now);
      return;
    }
    become(event.volume(), new OwnerState.Serving(event.ownerEpoch()));
    refusals.remove(event.volume());
    audit(
        AuditKind.OWNERSHIP_TAKEN, event.volume(), "ownerEpoch", Long.toString(event.ownerEpoch()));
  }

  /** Announces what is claimed, in the session of {@code self}. Returns how many writes it made. */
  int announce(MemberId self, Now now, Consumer<StoreResult> written) {
    int writes = 0;
    for (UUID volume : Map.copyOf(states).keySet()) {
      writes += announce(volume, self, now, written);
    }
    return writes;
  }

  private int announce(UUID volume, MemberId self, Now now, Consumer<StoreResult> written) {
    OwnerState state = state(volume);
    long last =
        switch (state) {
          case OwnerState.Claimed claimed -> claimed.lastOwnerEpoch();
          case OwnerState.Serving serving -> serving.epoch();
          case OwnerState.Unclaimed _,
              OwnerState.Claiming _,
              OwnerState.Recording _,
              OwnerState.Refused _ ->
              Long.MAX_VALUE;
        };
    if (last == Long.MAX_VALUE) {
      return 0;
    }
    Observed.Owner owner = observed.owners().get(volume);
    String path = identity.paths().owner(volume);
    if (owner == null) {
      out.submit(
          new StoreRequest.Create(path, statement(volume, self), StoreRequest.Lifetime.EPHEMERAL),
          written);
      return 1;
    }
    if (owner.stat().ephemeralOwner() != self.session()) {
      if (owner.member().filter(this::isDead).isEmpty()) {
        return 0;
      }
      out.submit(new StoreRequest.Delete(path, owner.stat().version()), written);
      return 1;
    }
    long epoch = owner.stat().czxid();
    if (epoch < last) {
      out.add(new MemberAction.ReleaseBacking(volume));
      refuse(
          volume,
          "the backing was last owned under epoch "
              + last
              + ", ZooKeeper is at "
              + epoch
              + ": it was restored from a backup",
          now);
    } else if (!(state instanceof OwnerState.Serving) || epoch > last) {
      become(volume, new OwnerState.Recording(epoch, state.ownerEpoch()));
      out.add(new MemberAction.RecordOwnerEpoch(volume, epoch));
    }
    return 0;
  }

  /** Volumes of which this node is the sole candidate. */
  Set<UUID> volumes() {
    return Set.copyOf(states.keySet());
  }

  /** Gives every backing up. */
  void releaseAll() {
    states.keySet().forEach(volume -> out.add(new MemberAction.ReleaseBacking(volume)));
    states.clear();
  }

  private Map<UUID, DocumentContent.Volume> mine() {
    Map<UUID, DocumentContent.Volume> mine = new HashMap<>();
    documents
        .slots()
        .forEach((key, slot) -> {
          Optional<DocumentContent> content = slot.living();
          if (key.kind() == DocumentKind.VOLUME
              && content.isPresent()
              && content.get() instanceof DocumentContent.Volume volume
              && volume.candidates().equals(List.of(identity.node()))) {
            mine.put(key.object(), volume);
          }
        });
    return mine;
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

  private void refuse(UUID volume, String reason, Now now) {
    become(volume, new OwnerState.Refused(reason, now.bootNanos() + RETRY_NANOS));
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
