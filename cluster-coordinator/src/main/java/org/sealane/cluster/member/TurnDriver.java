package org.sealane.cluster.member;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Consumer;
import org.sealane.cluster.audit.AuditEvent;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.FenceEntry;
import org.sealane.cluster.turn.LedgerEntry;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.NodeSigner;
import org.sealane.cluster.turn.Statement;
import org.sealane.cluster.turn.TurnAction;
import org.sealane.cluster.turn.TurnDecision;
import org.sealane.cluster.turn.TurnSnapshot;

/** Carries out what {@link TurnDecision} says for each running turn. Not thread-safe. */
final class TurnDriver {
  private final MemberIdentity identity;
  private final NodeSigner signer;
  private final Observed observed;
  private final Peers peers;
  private final Outbox out;

  /** Per volume, the epoch below which nothing is outstanding; and the one being waited for. */
  private final Map<UUID, Long> drained = new HashMap<>();

  private final Map<UUID, Long> awaited = new HashMap<>();
  private final StandIns standIns = new StandIns();
  private final Map<UUID, List<TurnAction.Missing>> waiting = new HashMap<>();

  TurnDriver(
      MemberIdentity identity, NodeSigner signer, Observed observed, Peers peers, Outbox out) {
    this.identity = identity;
    this.signer = signer;
    this.observed = observed;
    this.peers = peers;
    this.out = out;
  }

  void drained(UUID volume, long epoch) {
    drained.merge(volume, epoch, Math::max);
    awaited.remove(volume, epoch);
  }

  /** What turns wait for, as the coordinator saw last. */
  Map<UUID, List<TurnAction.Missing>> waiting() {
    return waiting;
  }

  StandIns standIns() {
    return standIns;
  }

  /**
   * Does what each turn needs of this node.
   *
   * @param written told the result of each write that was submitted
   * @return how many writes were submitted
   */
  int drive(Round round, MemberId self, Now now, Consumer<StoreResult> written) {
    waiting.keySet().retainAll(volumes(round));
    standIns.retain(volumes(round));
    int writes = 0;
    for (Round.Turning turn : round.turning()) {
      TurnSnapshot snapshot =
          new TurnSnapshot(
              turn.slot,
              observed.live(),
              observed.leases(),
              turn.entries,
              turn.fences,
              turn.ownEntryVersion,
              turn.ownFenceVersion);
      UUID volume = turn.slot.key().object();
      waiting.remove(volume);
      boolean done = drained.getOrDefault(volume, 0L) >= snapshot.turn().epoch();
      TurnSnapshot.Self me =
          new TurnSnapshot.Self(self, turn.coordinated, done, peers.open(), peers.fenced());
      for (TurnAction action : TurnDecision.decide(snapshot, me)) {
        writes += carryOut(action, turn, self, now, written);
      }
    }
    return writes;
  }

  private int carryOut(
      TurnAction action, Round.Turning turn, MemberId self, Now now, Consumer<StoreResult> then) {
    VerifiedSlot slot = turn.slot;
    UUID volume = slot.key().object();
    long epoch = slot.turn().orElseThrow().epoch();
    return switch (action) {
      case TurnAction.Fence fence -> {
        if (peers.beginFence(fence.departed())) {
          out.add(new MemberAction.Fence(fence.departed()));
        }
        yield 0;
      }
      case TurnAction.AwaitDrained _ -> {
        if (!Long.valueOf(epoch).equals(awaited.put(volume, epoch))) {
          out.add(new MemberAction.AwaitDrained(volume, epoch));
        }
        yield 0;
      }
      case TurnAction.WriteEntry entry ->
          write(
              entry(volume, epoch, slot, entry, self, now),
              entryPath(volume, epoch, entry.step().word()),
              entry.replaces(),
              result -> {
                if (result instanceof StoreResult.Written) {
                  auditLedger(volume, epoch, entry.step().word());
                }
                then.accept(result);
              });
      case TurnAction.WriteFence fence ->
          write(
              Statement.encode(
                  identity.clusterId(),
                  new FenceEntry(volume, epoch, self, new ArrayList<>(fence.fenced()), now.wall()),
                  signer),
              entryPath(volume, epoch, FenceEntry.WORD),
              fence.replaces(),
              result -> {
                if (result instanceof StoreResult.Written) {
                  auditFence(volume, epoch, fence.fenced());
                }
                then.accept(result);
              });
      case TurnAction.Advance advance ->
          replace(turn, TurnDecision.advanced(slot, advance.to()), moving(turn, then));
      case TurnAction.Complete _ -> replace(turn, TurnDecision.completed(slot), moving(turn, then));
      case TurnAction.Wait wait -> {
        if (!wait.missing().isEmpty()) {
          waiting.put(volume, wait.missing());
        }
        yield 0;
      }
    };
  }

  private Consumer<StoreResult> moving(Round.Turning turn, Consumer<StoreResult> then) {
    return result -> {
      if (result instanceof StoreResult.Written) {
        standIns.moved(turn);
      }
      then.accept(result);
    };
  }

  private byte[] entry(
      UUID volume,
      long epoch,
      VerifiedSlot slot,
      TurnAction.WriteEntry entry,
      MemberId self,
      Now now) {
    return Statement.encode(
        identity.clusterId(),
        new LedgerEntry(
            volume,
            epoch,
            slot.turn().orElseThrow().document().digest(),
            entry.step(),
            self,
            new ArrayList<>(entry.peers()),
            now.wall()),
        signer);
  }

  private String entryPath(UUID volume, long epoch, String step) {
    return identity.paths().ledgerEntry(volume, epoch, step, identity.node());
  }

  private int write(byte[] data, String path, OptionalInt replaces, Consumer<StoreResult> then) {
    out.submit(
        replaces.isPresent()
            ? new StoreRequest.CompareAndSet(path, data, replaces.getAsInt())
            : new StoreRequest.Create(path, data, StoreRequest.Lifetime.PERSISTENT),
        then);
    return 1;
  }

  private int replace(Round.Turning turn, VerifiedSlot next, Consumer<StoreResult> then) {
    out.submit(
        new StoreRequest.CompareAndSet(
            identity.paths().document(turn.slot.key()),
            DocumentCodec.encodeSlot(next.unverified()),
            turn.version),
        then);
    return 1;
  }

  private static List<UUID> volumes(Round round) {
    return round.turning().stream().map(turn -> turn.slot.key().object()).toList();
  }

  private void auditLedger(UUID volume, long epoch, String step) {
    out.add(
        new MemberAction.Audit(
            new AuditEvent(
                AuditKind.LEDGER_WRITTEN,
                Map.of("volume", volume.toString(), "epoch", Long.toString(epoch), "step", step))));
  }

  private void auditFence(UUID volume, long epoch, Iterable<MemberId> fenced) {
    StringBuilder names = new StringBuilder();
    fenced.forEach(member -> names.append(names.isEmpty() ? "" : " ").append(member));
    out.add(
        new MemberAction.Audit(
            new AuditEvent(
                AuditKind.MEMBER_FENCED,
                Map.of(
                    "volume", volume.toString(),
                    "epoch", Long.toString(epoch),
                    "fenced", names.toString()))));
  }
}
