package org.sealane.cluster.member;

import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.FenceEntry;
import org.sealane.cluster.turn.LedgerEntry;
import org.sealane.cluster.turn.Statement;

/**
 * Reads the ledger of running turns: all entries of the current step where this node coordinates,
 * else only its own. The last phase of a {@link Round}.
 */
final class LedgerReader {
  private record Slot(Round.Turning turn, String node, boolean fence) {}

  private final MemberIdentity identity;
  private final ClusterPaths paths;
  private final Predicate<Round.Turning> coordinates;
  private final DocumentFollower documents;
  private final StatementRefusals refusals;
  private final Outbox out;

  LedgerReader(
      MemberIdentity identity,
      Predicate<Round.Turning> coordinates,
      DocumentFollower documents,
      StatementRefusals refusals,
      Outbox out) {
    this.identity = identity;
    this.paths = identity.paths();
    this.coordinates = coordinates;
    this.documents = documents;
    this.refusals = refusals;
    this.out = out;
  }

  void read(List<Round.Turning> turns, Consumer<Boolean> finished) {
    if (turns.isEmpty()) {
      finished.accept(true);
      return;
    }
    List<Slot> all = new ArrayList<>();
    List<Round.Turning> whole = new ArrayList<>();
    for (Round.Turning turn : turns) {
      turn.coordinated = coordinates.test(turn);
      if (turn.coordinated) {
        whole.add(turn);
      } else {
        all.add(new Slot(turn, identity.node(), false));
        all.add(new Slot(turn, identity.node(), true));
      }
    }
    List<StoreRequest> lists = new ArrayList<>();
    for (Round.Turning turn : whole) {
      lists.add(new StoreRequest.Children(parent(turn, false)));
      lists.add(new StoreRequest.Children(parent(turn, true)));
    }
    out.submitAll(
        lists,
        results -> {
          if (results.stream().anyMatch(Round::isLost)) {
            finished.accept(false);
            return;
          }
          for (int i = 0; i < results.size(); i++) {
            for (String node : Round.names(results.get(i))) {
              all.add(new Slot(whole.get(i / 2), node, i % 2 == 1));
            }
          }
          readEntries(all, finished);
        });
  }

  private void readEntries(List<Slot> slots, Consumer<Boolean> finished) {
    out.submitAll(
        slots.stream()
            .map(slot -> Round.read(parent(slot.turn(), slot.fence()) + "/" + slot.node()))
            .toList(),
        results -> {
          if (results.stream().anyMatch(Round::isLost)) {
            finished.accept(false);
            return;
          }
          for (int i = 0; i < slots.size(); i++) {
            if (results.get(i) instanceof StoreResult.Value value) {
              take(slots.get(i), value);
            }
          }
          finished.accept(true);
        });
  }

  private void take(Slot slot, StoreResult.Value value) {
    Round.Turning turn = slot.turn();
    if (slot.node().equals(identity.node())) {
      OptionalInt version = OptionalInt.of(value.stat().version());
      if (slot.fence()) {
        turn.ownFenceVersion = version;
      } else {
        turn.ownEntryVersion = version;
      }
    }
    Optional<PublicKey> key = documents.enrolledKey(slot.node());
    if (key.isEmpty()) {
      return;
    }
    UUID cluster = identity.clusterId();
    String path = parent(turn, slot.fence()) + "/" + slot.node();
    VerifiedTurn at = new VerifiedTurn(turn);
    try {
      if (slot.fence()) {
        FenceEntry fence = Statement.decodeFence(value.data(), cluster, slot.node(), key.get());
        if (fence.volume().equals(at.volume()) && fence.epoch() == at.epoch()) {
          turn.fences.put(slot.node(), fence);
        } else {
          refusals.refuse(path, value.data(), "of another turn");
        }
      } else {
        LedgerEntry entry = Statement.decodeEntry(value.data(), cluster, slot.node(), key.get());
        if (entry.volume().equals(at.volume())
            && entry.epoch() == at.epoch()
            && entry.step().word().equals(at.step())) {
          turn.entries.put(slot.node(), entry);
        } else {
          refusals.refuse(path, value.data(), "of another turn or step");
        }
      }
    } catch (MalformedJsonException e) {
      // Counts as missing; the node replaces it.
      refusals.refuse(path, value.data(), e.getMessage());
    }
  }

  private String parent(Round.Turning turn, boolean fence) {
    VerifiedTurn at = new VerifiedTurn(turn);
    return paths.ledger(at.volume(), at.epoch(), fence ? FenceEntry.WORD : at.step());
  }

  private record VerifiedTurn(UUID volume, long epoch, String step) {
    VerifiedTurn(Round.Turning turn) {
      this(
          turn.slot.key().object(),
          turn.slot.turn().orElseThrow().epoch(),
          turn.slot.turn().orElseThrow().step().word());
    }
  }
}
