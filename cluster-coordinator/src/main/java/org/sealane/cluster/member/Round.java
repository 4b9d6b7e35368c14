package org.sealane.cluster.member;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.DocumentHistory;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.member.DocumentFollower.Outcome;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.FenceEntry;
import org.sealane.cluster.turn.LedgerEntry;

/**
 * One pass of reading, in the order that turns need: documents, then members and leases, then the
 * ledger. Each phase begins when the one before was answered in full. If any read gets no answer
 * the whole pass is void. Not thread-safe; used once.
 */
final class Round {
  /** Documents between two looks that are fetched at most to follow a chain. */
  private static final int HISTORY_MAX = 4096;

  /** What to read. */
  record Scope(boolean everything, Set<ObjectKey> documents, boolean members, Set<UUID> owners) {}

  /** A running turn's slot as it was read, and this node's own ledger entries beside it. */
  static final class Turning {
    final VerifiedSlot slot;
    final int version;
    final Map<String, LedgerEntry> entries = new HashMap<>();
    final Map<String, FenceEntry> fences = new HashMap<>();
    OptionalInt ownEntryVersion = OptionalInt.empty();
    OptionalInt ownFenceVersion = OptionalInt.empty();

    /** Whether all entries were read, so that this node may move the turn on. */
    boolean coordinated;

    Turning(VerifiedSlot slot, int version) {
      this.slot = slot;
      this.version = version;
    }
  }

  /** A slot that was read; what leads to it is read after, so nothing of it can be missing. */
  private record Gap(ObjectKey key, StoreResult slot) {}

  private final MemberIdentity identity;
  private final ClusterPaths paths;
  private final Scope scope;
  private final Predicate<Turning> coordinates;
  private final DocumentFollower documents;
  private final Observed observed;
  private final Outbox out;
  private final Consumer<Boolean> finished;
  private final Map<ObjectKey, Turning> turning = new HashMap<>();
  private final Set<ObjectKey> absent = new HashSet<>();
  private boolean membersRead;

  /**
   * One pass that reads nothing yet.
   *
   * @param coordinates whether the whole ledger of a turn is wanted; asked once for each, after its
   *     slot was read
   * @param finished told true when all was read, false when the pass is void
   */
  Round(
      MemberIdentity identity,
      Scope scope,
      Predicate<Turning> coordinates,
      DocumentFollower documents,
      Observed observed,
      Outbox out,
      Consumer<Boolean> finished) {
    this.identity = identity;
    this.paths = identity.paths();
    this.scope = scope;
    this.coordinates = coordinates;
    this.documents = documents;
    this.observed = observed;
    this.out = out;
    this.finished = finished;
  }

  Scope scope() {
    return scope;
  }

  /** Running turns that the store and this node agree on. */
  Collection<Turning> turning() {
    return turning.values();
  }

  /** Whether the pass found that the store has nothing for {@code key}. */
  boolean isAbsent(ObjectKey key) {
    return absent.contains(key);
  }

  /** Whether the pass read who the members are. */
  boolean readMembersToo() {
    return membersRead;
  }

  void start() {
    if (!scope.everything()) {
      Set<ObjectKey> keys = new HashSet<>(scope.documents());
      documents.slots().values().stream()
          .filter(slot -> slot.turn().isPresent())
          .forEach(slot -> keys.add(slot.key()));
      readDocuments(List.copyOf(keys));
      return;
    }
    List<StoreRequest> lists = new ArrayList<>();
    for (DocumentKind kind : DocumentKind.values()) {
      lists.add(new StoreRequest.Children(paths.documents(kind)));
    }
    out.submitAll(lists, this::listed);
  }

  private void listed(List<StoreResult> results) {
    if (isVoid(results)) {
      return;
    }
    Set<ObjectKey> keys = new HashSet<>(documents.slots().keySet());
    identity.bundled().forEach(b -> keys.add(new ObjectKey(b.kind(), b.object())));
    for (DocumentKind kind : DocumentKind.values()) {
      for (String name : names(results.get(kind.ordinal()))) {
        uuid(name).ifPresent(object -> keys.add(new ObjectKey(kind, object)));
      }
    }
    readDocuments(List.copyOf(keys));
  }

  private void readDocuments(List<ObjectKey> keys) {
    // Nodes first: members are verified by the keys in their documents.
    out.submitAll(
        keys.stream().map(key -> read(paths.document(key))).toList(),
        results -> {
          if (!isVoid(results)) {
            List<Gap> gaps = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
              if (follow(keys.get(i), results.get(i), Optional.empty()) == Outcome.HISTORY_NEEDED) {
                gaps.add(new Gap(keys.get(i), results.get(i)));
              }
            }
            readHistories(gaps);
          }
        });
  }

  private Outcome follow(ObjectKey key, StoreResult result, Optional<DocumentHistory> history) {
    if (!(result instanceof StoreResult.Value value)) {
      absent.add(key);
      documents.missing(key, out);
      return Outcome.REFUSED;
    }
    Outcome outcome = documents.follow(key, value.data(), value.stat().czxid(), history, out);
    if (outcome == Outcome.FOLLOWED) {
      documents
          .slot(key)
          .filter(slot -> slot.turn().isPresent())
          .ifPresent(slot -> turning.put(key, new Turning(slot, value.stat().version())));
    }
    return outcome;
  }

  private void readHistories(List<Gap> gaps) {
    if (gaps.isEmpty()) {
      readMembers();
      return;
    }
    Gap gap = gaps.getFirst();
    ObjectKey key = gap.key();
    List<Gap> rest = gaps.subList(1, gaps.size());
    out.submitAll(
        List.of(new StoreRequest.Children(paths.document(key))),
        results -> {
          if (!isVoid(results)) {
            // From the committed one: a document known as pending is a link like any other.
            long known =
                documents
                    .slot(key)
                    .flatMap(VerifiedSlot::committed)
                    .map(VerifiedDocument::epoch)
                    .orElse(0L);
            TreeSet<Long> epochs = new TreeSet<>();
            for (String name : names(results.getFirst())) {
              ClusterPaths.epochOf(name).ifPresent(epochs::add);
            }
            List<StoreRequest> reads =
                epochs.tailSet(known, false).stream()
                    .limit(HISTORY_MAX)
                    .map(epoch -> read(paths.epoch(key, epoch)))
                    .toList();
            out.submitAll(reads, found -> historyRead(gap, found, rest));
          }
        });
  }

  private void historyRead(Gap gap, List<StoreResult> results, List<Gap> rest) {
    if (isVoid(results)) {
      return;
    }
    Map<DocumentDigest, SignedDocument> found = new HashMap<>();
    for (StoreResult result : results) {
      if (result instanceof StoreResult.Value value) {
        try {
          SignedDocument document = DocumentCodec.decodeSigned(value.data());
          found.put(document.digest(), document);
        } catch (MalformedJsonException e) {
          // A damaged link breaks the chain, which the verdict then says.
          continue;
        }
      }
    }
    follow(gap.key(), gap.slot(), Optional.of(new DocumentHistory(found)));
    readHistories(rest);
  }

  private void readMembers() {
    if (!scope.everything() && !scope.members() && turning.isEmpty()) {
      readOwners();
      return;
    }
    out.submitAll(
        List.of(
            new StoreRequest.Children(paths.nodes()), new StoreRequest.Children(paths.leases())),
        lists -> {
          if (!isVoid(lists)) {
            List<String> nodes = names(lists.getFirst());
            List<String> leases = names(lists.getLast());
            List<StoreRequest> reads = new ArrayList<>();
            nodes.forEach(node -> reads.add(read(paths.node(node))));
            leases.forEach(node -> reads.add(read(paths.lease(node))));
            out.submitAll(reads, results -> membersRead(nodes, leases, results));
          }
        });
  }

  private void membersRead(List<String> nodes, List<String> leases, List<StoreResult> results) {
    if (isVoid(results)) {
      return;
    }
    membersRead = true;
    observed.forgetMembers();
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) instanceof StoreResult.Value value) {
        if (i < nodes.size()) {
          observed.member(nodes.get(i), value);
        } else {
          observed.lease(leases.get(i - nodes.size()), value);
        }
      }
    }
    readOwners();
  }

  private void readOwners() {
    Map<UUID, List<String>> volumes = new HashMap<>();
    documents
        .slots()
        .forEach((key, slot) -> {
          if (slot.living().orElse(null) instanceof DocumentContent.Volume volume
              && (scope.everything() || scope.owners().contains(key.object()))) {
            volumes.put(key.object(), volume.candidates());
          }
        });
    List<UUID> order = List.copyOf(volumes.keySet());
    out.submitAll(
        order.stream().map(volume -> read(paths.owner(volume))).toList(),
        results -> {
          if (!isVoid(results)) {
            for (int i = 0; i < order.size(); i++) {
              if (results.get(i) instanceof StoreResult.Value value) {
                observed.owner(order.get(i), volumes.get(order.get(i)), value);
              } else {
                observed.noOwner(order.get(i));
              }
            }
            new LedgerReader(identity, coordinates, documents, observed.refusals(), out)
                .read(List.copyOf(turning.values()), finished);
          }
        });
  }

  private boolean isVoid(List<StoreResult> results) {
    boolean lost = results.stream().anyMatch(Round::isLost);
    if (lost) {
      finished.accept(false);
    }
    return lost;
  }

  static boolean isLost(StoreResult result) {
    return result instanceof StoreResult.Uncertain || result instanceof StoreResult.SessionExpired;
  }

  static StoreRequest read(String path) {
    return new StoreRequest.Read(path);
  }

  static List<String> names(StoreResult result) {
    return result instanceof StoreResult.Names found ? found.names() : List.of();
  }

  private static Optional<UUID> uuid(String name) {
    try {
      UUID uuid = UUID.fromString(name);
      return uuid.toString().equals(name) ? Optional.of(uuid) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
