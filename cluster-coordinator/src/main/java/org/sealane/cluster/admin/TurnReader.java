package org.sealane.cluster.admin;

import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.sealane.cluster.admin.TurnReport.NodeTimes;
import org.sealane.cluster.admin.TurnReport.State;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.Verdict;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.identity.KeyFingerprint;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.member.ClusterView;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.NodeStat;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.FenceEntry;
import org.sealane.cluster.turn.LedgerEntry;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.Statement;

/**
 * Reads how epochs came into force, believing only documents signed by the administrator and
 * entries signed by their nodes. Blocks on the store.
 */
final class TurnReader {

  /** The documents of a volume's policy, by epoch, and where the chain leads. */
  private record Chain(
      Optional<VerifiedSlot> slot,
      TreeMap<Long, VerifiedDocument> documents,
      Map<Long, NodeStat> stats,
      Set<Long> committed) {}

  /** One node's entries, with ZooKeeper's order of the latest. */
  private static final class Times {
    final Map<TurnStep, Instant> at = new HashMap<>();
    final List<String> fenced = new ArrayList<>();
    long lastZxid;
  }

  private final StoreClient store;
  private final ClusterPaths paths;
  private final DocumentVerifier verifier;
  private final Map<ObjectKey, VerifiedSlot> followed;

  TurnReader(
      StoreClient store,
      ClusterPaths paths,
      DocumentVerifier verifier,
      Map<ObjectKey, VerifiedSlot> followed) {
    this.store = store;
    this.paths = paths;
    this.verifier = verifier;
    this.followed = followed;
  }

  /** The report of one epoch. */
  TurnReport report(ClusterView view, UUID volume, long epoch) throws AdminException {
    Chain chain = chain(volume);
    if (!chain.documents().containsKey(epoch)) {
      throw new AdminException(
          AdminException.Kind.NOT_FOUND, "volume " + volume + " has no epoch " + epoch);
    }
    return report(view, volume, chain, epoch);
  }

  /** The reports of all epochs, oldest first. */
  List<TurnReport> history(ClusterView view, UUID volume) throws AdminException {
    Chain chain = chain(volume);
    List<TurnReport> reports = new ArrayList<>();
    for (long epoch : chain.documents().keySet()) {
      reports.add(report(view, volume, chain, epoch));
    }
    return reports;
  }

  private Chain chain(UUID volume) throws AdminException {
    ObjectKey key = ObjectKey.policy(volume);
    TreeMap<Long, VerifiedDocument> documents = new TreeMap<>();
    Map<Long, NodeStat> stats = new HashMap<>();
    for (String name : store.children(paths.document(key))) {
      var epoch = ClusterPaths.epochOf(name);
      if (epoch.isPresent()) {
        Optional<StoreResult.Value> value = store.read(paths.epoch(key, epoch.getAsLong()));
        if (value.isPresent()) {
          verified(key, value.get())
              .filter(document -> document.epoch() == epoch.getAsLong())
              .ifPresent(document -> {
                documents.put(document.epoch(), document);
                stats.put(document.epoch(), value.get().stat());
              });
        }
      }
    }
    Optional<VerifiedSlot> slot = newest(key);
    slot.flatMap(VerifiedSlot::committed).ifPresent(d -> documents.put(d.epoch(), d));
    slot.flatMap(VerifiedSlot::turn)
        .ifPresent(turn -> documents.put(turn.epoch(), turn.document()));
    return new Chain(
        slot, documents, stats, committed(documents, slot.flatMap(VerifiedSlot::committed)));
  }

  /** What the store has, unless this node knows better. */
  private Optional<VerifiedSlot> newest(ObjectKey key) throws AdminException {
    Optional<VerifiedSlot> known = Optional.ofNullable(followed.get(key));
    Optional<StoreResult.Value> value = store.read(paths.document(key));
    try {
      if (value.isPresent()
          && verifier.recall(key, DocumentCodec.decodeSlot(value.get().data()))
              instanceof Verdict.Adopted stored
          && stored.slot().highestEpoch() >= known.map(VerifiedSlot::highestEpoch).orElse(0L)) {
        return Optional.of(stored.slot());
      }
    } catch (MalformedJsonException e) {
      return known;
    }
    return known;
  }

  private Optional<VerifiedDocument> verified(ObjectKey key, StoreResult.Value value) {
    try {
      return verifier.check(key, DocumentCodec.decodeSigned(value.data()))
              instanceof DocumentVerifier.Check.Good good
          ? Optional.of(good.document())
          : Optional.empty();
    } catch (MalformedJsonException e) {
      return Optional.empty();
    }
  }

  /** Epochs on the chain that ends at the committed document. */
  private static Set<Long> committed(
      TreeMap<Long, VerifiedDocument> documents, Optional<VerifiedDocument> newest) {
    Map<DocumentDigest, VerifiedDocument> byDigest = new HashMap<>();
    documents.values().forEach(document -> byDigest.put(document.digest(), document));
    Set<Long> epochs = new HashSet<>();
    Optional<VerifiedDocument> at = newest;
    while (at.isPresent() && epochs.add(at.get().epoch())) {
      at = at.get().document().predecessor().map(byDigest::get);
    }
    return epochs;
  }

  private TurnReport report(ClusterView view, UUID volume, Chain chain, long epoch)
      throws AdminException {
    VerifiedDocument document = chain.documents().get(epoch);
    Map<String, Times> times = times(view, volume, document);
    Optional<VerifiedSlot.Turn> turn =
        chain.slot().flatMap(VerifiedSlot::turn).filter(t -> t.epoch() == epoch);
    long inForce =
        chain.slot().flatMap(VerifiedSlot::committed).map(VerifiedDocument::epoch).orElse(0L);
    State state =
        turn.isPresent()
            ? State.RUNNING
            : !chain.committed().contains(epoch)
                ? State.VOID
                : epoch == inForce ? State.COMPLETE : State.PAST;
    Optional<TurnStep> step = turn.map(VerifiedSlot.Turn::step);
    List<NodeTimes> nodes =
        times.entrySet().stream()
            .sorted(Comparator.comparingLong(entry -> entry.getValue().lastZxid))
            .map(entry -> nodeTimes(entry.getKey(), entry.getValue()))
            .toList();
    return new TurnReport(
        volume,
        epoch,
        state,
        step,
        before(chain, document),
        policy(document),
        document.document().issuedAt(),
        KeyFingerprint.of(verifier.adminKey()),
        Optional.ofNullable(chain.stats().get(epoch))
            .map(stat -> Instant.ofEpochMilli(stat.createdAtMillis())),
        nodes,
        step.map(s -> missing(view, times, s)).orElse(List.of()));
  }

  private static Optional<DocumentContent.Policy> before(Chain chain, VerifiedDocument document) {
    Optional<DocumentDigest> predecessor = document.document().predecessor();
    return chain.documents().values().stream()
        .filter(earlier -> Optional.of(earlier.digest()).equals(predecessor))
        .findFirst()
        .flatMap(TurnReader::policy);
  }

  private static Optional<DocumentContent.Policy> policy(VerifiedDocument document) {
    return document.content() instanceof DocumentContent.Policy policy
        ? Optional.of(policy)
        : Optional.empty();
  }

  private static NodeTimes nodeTimes(String node, Times times) {
    return new NodeTimes(
        node,
        Optional.ofNullable(times.at.get(TurnStep.ACCEPT)),
        Optional.ofNullable(times.at.get(TurnStep.SEND)),
        Optional.ofNullable(times.at.get(TurnStep.ENFORCE)),
        times.fenced);
  }

  private static List<String> missing(ClusterView view, Map<String, Times> times, TurnStep step) {
    List<String> missing = new ArrayList<>();
    for (ClusterView.NodeView node : view.nodes()) {
      boolean live = node.state() == ClusterView.NodeState.LIVE;
      Times done = times.get(node.name());
      if (live && (done == null || !done.at.containsKey(step))) {
        missing.add(node.name() + ": no entry for " + step.word());
      }
    }
    return missing;
  }

  private Map<String, Times> times(ClusterView view, UUID volume, VerifiedDocument document)
      throws AdminException {
    Map<String, Times> times = new TreeMap<>();
    for (TurnStep step : TurnStep.values()) {
      String parent = paths.ledger(volume, document.epoch(), step.word());
      for (String node : store.children(parent)) {
        Optional<StoreResult.Value> value = store.read(parent + "/" + node);
        Optional<PublicKey> key = key(view, node);
        if (value.isPresent()
            && key.isPresent()
            && isEntry(value.get(), node, key.get(), volume, document, step)) {
          Times of = times.computeIfAbsent(node, _ -> new Times());
          NodeStat stat = value.get().stat();
          of.at.put(step, Instant.ofEpochMilli(stat.modifiedAtMillis()));
          of.lastZxid = Math.max(of.lastZxid, stat.mzxid());
        }
      }
    }
    String parent = paths.ledger(volume, document.epoch(), FenceEntry.WORD);
    for (String node : store.children(parent)) {
      Optional<StoreResult.Value> value = store.read(parent + "/" + node);
      Optional<PublicKey> key = key(view, node);
      if (value.isPresent() && key.isPresent()) {
        fence(value.get(), node, key.get(), volume, document.epoch())
            .forEach(member ->
                times.computeIfAbsent(node, _ -> new Times()).fenced.add(member.toString()));
      }
    }
    return times;
  }

  private boolean isEntry(
      StoreResult.Value value,
      String node,
      PublicKey key,
      UUID volume,
      VerifiedDocument document,
      TurnStep step) {
    try {
      LedgerEntry entry = Statement.decodeEntry(value.data(), verifier.clusterId(), node, key);
      return entry.volume().equals(volume)
          && entry.epoch() == document.epoch()
          && entry.step() == step
          && entry.digest().equals(document.digest());
    } catch (MalformedJsonException e) {
      return false;
    }
  }

  private List<MemberId> fence(
      StoreResult.Value value, String node, PublicKey key, UUID volume, long epoch) {
    try {
      FenceEntry entry = Statement.decodeFence(value.data(), verifier.clusterId(), node, key);
      return entry.volume().equals(volume) && entry.epoch() == epoch ? entry.fenced() : List.of();
    } catch (MalformedJsonException e) {
      return List.of();
    }
  }

  private Optional<PublicKey> key(ClusterView view, String node) {
    return Optional.ofNullable(followed.get(ObjectKey.node(view.clusterId(), node)))
        .flatMap(VerifiedSlot::living)
        .map(content -> ((DocumentContent.Node) content).publicKey())
        .flatMap(Ed25519::publicKey);
  }
}
