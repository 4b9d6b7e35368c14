package org.sealane.cluster.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.stream.Stream;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.NodeStat;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.LedgerEntry;
import org.sealane.cluster.turn.NodeProcess;
import org.sealane.cluster.turn.Statement;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.Level;

/**
 * What must hold after every event, judged by what the store really held and what lanes really
 * carry, not by what members believe.
 *
 * <p>The slot judged by is the furthest that the store ever had: a backup put back changes what the
 * store shows, not what the cluster has committed to.
 */
final class Invariants {
  private record Known(long epoch, DocumentDigest digest) {}

  private final SimulatedCluster cluster;
  private final Map<byte[], DocumentContent.Policy> decoded = new WeakHashMap<>();
  private final Map<String, Map<ObjectKey, Known>> committed = new HashMap<>();
  private final Map<String, Map<ObjectKey, Known>> newest = new HashMap<>();
  private final Map<Long, Long> membersReadAt = new HashMap<>();
  private final Map<NodeProcess, Long> goneAt = new HashMap<>();
  private final Map<String, Long> registered = new HashMap<>();
  private final Map<String, Long> appearedAt = new HashMap<>();
  private Optional<DocumentSlot> stored = Optional.empty();
  private Optional<DocumentSlot> furthest = Optional.empty();
  private Optional<DocumentSlot.Turn> committing = Optional.empty();
  private boolean slotChanged;
  private boolean wasTakenBack;
  private long furthestEpoch;
  private long sendAt;
  private long committedAt;
  private long accepted;
  private long moves;
  private int commits;

  Invariants(SimulatedCluster cluster) {
    this.cluster = cluster;
  }

  /** Messages that were accepted so far. */
  long accepted() {
    return accepted;
  }

  /** Lanes that were opened so far, moves among them. */
  long moves() {
    return moves;
  }

  /** Commits so far. */
  int commits() {
    return commits;
  }

  /** What the store holds now. */
  Optional<DocumentSlot> stored() {
    return stored;
  }

  /** Whether the store has less than it had. */
  boolean isTakenBack() {
    return rank(stored) < rank(furthest);
  }

  /** Whether it ever had less than before. */
  boolean wasTakenBack() {
    return wasTakenBack;
  }

  /** A new process of {@code node} remembers nothing. */
  void forgotten(String node) {
    committed.remove(node);
    newest.remove(node);
  }

  /** How far a slot is: by the committed epoch, then by the turn under way. */
  private long rank(Optional<DocumentSlot> slot) {
    long base = slot.flatMap(DocumentSlot::committed).map(this::epoch).orElse(0L) << 20;
    Optional<DocumentSlot.Turn> turn = slot.flatMap(DocumentSlot::turn);
    if (turn.isEmpty()) {
      return base + 1;
    }
    return turn.get().step() == TurnStep.ENFORCE
        ? base
        : base + epoch(turn.get().document()) * 4 + turn.get().step().ordinal();
  }

  /** Looks at what may have changed: a process that was told something, or the store's slot. */
  void afterEvent() {
    for (SimulatedProcess process : cluster.processes()) {
      if (process.hasChanged() || slotChanged) {
        check(process);
      }
    }
    slotChanged = false;
  }

  private void check(SimulatedProcess process) {
    UUID volume = cluster.volume();
    Optional<VerifiedSlot> known = process.slot(ObjectKey.policy(volume));
    Optional<DocumentSlot> knownSlot = known.map(VerifiedSlot::unverified);
    for (LaneKind kind : LaneKind.values()) {
      // What nobody has told it, it can not know; on its lanes it is told, and judged strictly.
      if (process.isRunning() && !(wasTakenBack && isBehind(process))) {
        sends(process, kind, process.rules().sendLevel(volume, kind));
      }
      Level weakest = process.rules().rule(volume, kind).weakestAccepted();
      Invariant.ACCEPTS_AS_KNOWN.require(
          weakest.satisfies(floorOf(knownSlot, kind)),
          "%s accepts %s, weaker than what it knows",
          process.id(),
          weakest);
    }
    known.ifPresent(slot -> neverBack(process.id().node(), slot));
  }

  /** Whether it knows less than what was committed. */
  private boolean isBehind(SimulatedProcess process) {
    long known =
        process
            .slot(ObjectKey.policy(cluster.volume()))
            .flatMap(VerifiedSlot::committed)
            .map(VerifiedDocument::epoch)
            .orElse(0L);
    return known < furthestEpoch;
  }

  private void sends(SimulatedProcess sender, LaneKind kind, Level level) {
    Level least = sendFloor(kind);
    boolean settled =
        furthest
            .flatMap(DocumentSlot::turn)
            .filter(turn -> turn.step() != TurnStep.ENFORCE)
            .isEmpty();
    Invariant which = settled ? Invariant.SENDS_AS_COMMITTED : Invariant.SENDS_AS_BEFORE_UNTIL_SEND;
    which.require(
        level.satisfies(least),
        "%s sends %s %s where the slot allows %s",
        sender.id(),
        kind,
        level,
        least);
  }

  /** A payload leaves. */
  void sends(SimulatedProcess sender, SimulatedLane lane, Level level) {
    if (!isUntold(lane)) {
      sends(sender, lane.kind, level);
      travels(sender, lane, level);
    }
  }

  /** A payload has come through; it may have left before its sender was stopped for long. */
  void arrives(SimulatedProcess receiver, SimulatedLane lane, Level level) {
    // Between two that had both gone by the commit, nobody was left to cut the lane; what was under
    // way comes late.
    boolean ofMember = wasMemberSince(lane.client) || wasMemberSince(lane.server);
    if (ofMember && !isUntold(lane)) {
      Level least = sendFloor(lane.kind);
      Invariant.SENDS_AS_COMMITTED.require(
          level.satisfies(least),
          "%s gets %s over %s where the slot allows %s",
          receiver.id(),
          level,
          lane,
          least);
    }
  }

  /**
   * After a backup was put back, two nodes that had both missed a commit know of it from nobody.
   */
  private boolean isUntold(SimulatedLane lane) {
    return wasTakenBack && isBehind(lane.client) && isBehind(lane.server);
  }

  private void travels(SimulatedProcess sender, SimulatedLane lane, Level level) {
    boolean excused = level == Level.ENCRYPT && (isExcused(lane.client) || isExcused(lane.server));
    boolean named =
        suits(lane, furthest.flatMap(DocumentSlot::committed))
            || sending().stream().anyMatch(turn -> suits(lane, Optional.of(turn.document())));
    Invariant.TRAVELS_AS_COMMITTED.require(
        excused || named,
        "%s sends over %s, which travels as %s; the slot is %s",
        sender.id(),
        lane,
        lane.carrier(),
        furthest);
  }

  /**
   * Who can not know better sends encrypted, with what its lanes have, and is answered likewise.
   */
  private boolean isExcused(SimulatedProcess process) {
    return process.rules().isFailSealed() || isBehind(process);
  }

  private boolean suits(SimulatedLane lane, Optional<SignedDocument> document) {
    if (document.isEmpty()) {
      return true;
    }
    DocumentContent.Policy policy = policy(document.get());
    SimulatedLane.Carrier carrier = lane.carrier().orElseThrow();
    return policy.ciphers().contains(carrier.cipher()) && carrier.suits(policy.transport());
  }

  /** What arrives is accepted if both ends are in contact with the store. */
  boolean accepts(
      SimulatedProcess receiver, SimulatedProcess sender, SimulatedLane lane, Level level) {
    Level weakest = receiver.rules().rule(cluster.volume(), lane.kind).weakestAccepted();
    boolean accepts = level.satisfies(weakest);
    Invariant.REFUSES_NO_MEMBER.require(
        accepts || !isInContact(receiver) || !isInContact(sender),
        "%s refuses %s of %s: it accepts %s",
        receiver.id(),
        level,
        sender.id(),
        weakest);
    if (accepts) {
      accepted++;
    }
    return accepts;
  }

  /** Whether the server lets the lane have its tree, as its rules say. */
  boolean grants(SimulatedProcess server, SimulatedLane.Carrier carrier, LaneKind kind) {
    boolean grants =
        server.rules().rule(cluster.volume(), kind).accept().stream()
            .anyMatch(policy -> policy.ciphers().contains(carrier.cipher()));
    if (grants) {
      moves++;
    }
    return grants;
  }

  /** A lane is given up, and its requests fail, as its server has refused it. */
  void refused(
      SimulatedProcess server,
      SimulatedLane lane,
      SimulatedLane.Carrier carrier,
      boolean wereInContact) {
    Invariant.REFUSES_NO_MEMBER.require(
        !wereInContact, "%s refuses %s with %s", server.id(), lane, carrier);
  }

  boolean areInContact(SimulatedProcess one, SimulatedProcess other) {
    return isInContact(one) && isInContact(other);
  }

  /** Registered, with a lease under which it has read everything, and not known to be behind. */
  private boolean isInContact(SimulatedProcess process) {
    return isRegistered(process)
        && !process.rules().isFailSealed()
        && !(wasTakenBack && isBehind(process));
  }

  /** Whether it was a member at any moment since the last commit. */
  private boolean wasMemberSince(SimulatedProcess process) {
    return isRegistered(process) || goneAt.getOrDefault(process.id(), 0L) > committedAt;
  }

  private boolean isRegistered(SimulatedProcess process) {
    return registered.containsKey(process.id().toString());
  }

  private void neverBack(String node, VerifiedSlot slot) {
    slot.committed().ifPresent(document -> forward(node, committed, document));
    VerifiedDocument last =
        slot.turn().map(VerifiedSlot.Turn::document).or(slot::committed).orElseThrow();
    forward(node, newest, last);
  }

  private void forward(
      String node, Map<String, Map<ObjectKey, Known>> known, VerifiedDocument document) {
    Known now = new Known(document.epoch(), document.digest());
    Known was =
        known.computeIfAbsent(node, _ -> new HashMap<>()).put(document.document().key(), now);
    if (was != null) {
      Invariant.NEVER_GOES_BACK.require(
          now.equals(was) || now.epoch() > was.epoch(), "%s knew %s, now %s", node, was, now);
    }
  }

  /** Follows the store: members that come and go, and each change of the slot. */
  void committed(String path) {
    ClusterPaths paths = cluster.paths();
    if (cluster.zookeeper().read(path) instanceof StoreResult.Value) {
      appearedAt.putIfAbsent(path, cluster.zookeeper().moment());
    } else {
      appearedAt.remove(path);
    }
    if (path.startsWith(paths.nodes() + "/")) {
      membersChanged();
    }
    if (path.equals(paths.document(ObjectKey.policy(cluster.volume())))) {
      slotChanged();
    }
  }

  private void slotChanged() {
    ObjectKey key = ObjectKey.policy(cluster.volume());
    Optional<DocumentSlot> before = stored;
    stored =
        cluster.zookeeper().read(cluster.paths().document(key)) instanceof StoreResult.Value value
            ? Optional.of(SimulatedAdministrator.slot(value))
            : Optional.empty();
    slotChanged = true;
    cluster.time().note("the slot is %s", stored);
    wasTakenBack |= isTakenBack();
    committing =
        stored
            .flatMap(DocumentSlot::turn)
            .filter(turn -> turn.step() == TurnStep.ENFORCE)
            .filter(_ ->
                before
                    .flatMap(DocumentSlot::turn)
                    .filter(turn -> turn.step() != TurnStep.ENFORCE)
                    .isPresent());
    if (stored.flatMap(DocumentSlot::turn).filter(t -> t.step() == TurnStep.SEND).isPresent()) {
      sendAt = cluster.zookeeper().moment();
    }
    if (rank(stored) > rank(furthest)) {
      furthest = stored;
      furthestEpoch = furthest.flatMap(DocumentSlot::committed).map(this::epoch).orElse(0L);
      if (committing.isPresent()) {
        commits++;
        committedAt = cluster.zookeeper().moment();
      }
    }
  }

  /** A request of {@code session} was carried out, on what its server showed at {@code moment}. */
  void applied(long session, long moment, StoreRequest request, StoreResult result) {
    ClusterPaths paths = cluster.paths();
    if (request.path().equals(paths.nodes()) && request instanceof StoreRequest.Children) {
      membersReadAt.put(session, moment);
    }
    String slot = paths.document(ObjectKey.policy(cluster.volume()));
    if (request.path().equals(slot) && result instanceof StoreResult.Written) {
      committing.ifPresent(turn -> committedBy(session, turn));
      committing = Optional.empty();
    }
  }

  /** An entry among the members was made or has gone. */
  private void membersChanged() {
    Map<String, NodeStat> now = cluster.zookeeper().below(cluster.paths().nodes());
    for (SimulatedProcess process : cluster.everyProcess()) {
      String id = process.id().toString();
      long session = process.connection().session();
      NodeStat stat = now.get(process.id().node());
      // What the client takes for lost may stand in the store until that session has ended there.
      boolean stands =
          stat != null
              && (stat.ephemeralOwner() == session
                  || stat.ephemeralOwner() == registered.getOrDefault(id, session));
      if (stands) {
        registered.put(id, stat.ephemeralOwner());
        goneAt.remove(process.id());
      } else if (registered.remove(id) != null) {
        goneAt.put(process.id(), cluster.zookeeper().moment());
      }
    }
  }

  /** As of when the session that commits read who the members are. */
  private void committedBy(long session, DocumentSlot.Turn turn) {
    long readAt = membersReadAt.getOrDefault(session, 0L);
    long epoch = SimulatedAdministrator.decode(turn.document()).epoch();
    cluster
        .zookeeper()
        .below(cluster.paths().nodes())
        .forEach((node, stat) -> {
          if (appeared(cluster.paths().node(node)) <= readAt && enrolledAt(node) <= sendAt) {
            LedgerEntry entry = entry(node, epoch);
            Invariant.COMMIT_HAS_EVERY_ENTRY.require(
                entry.member().session() == stat.ephemeralOwner()
                    && entry.digest().equals(turn.document().digest()),
                "commit of %s with %s in place of the entry of %s",
                turn,
                entry,
                node);
            allCutBy(entry.member().process(), readAt);
          }
        });
  }

  private long appeared(String path) {
    return appearedAt.getOrDefault(path, Long.MAX_VALUE);
  }

  /** A node enrolled since the step began has read of the step before it spoke to anyone. */
  private long enrolledAt(String node) {
    return appeared(cluster.paths().document(ObjectKey.node(cluster.id(), node)));
  }

  private LedgerEntry entry(String node, long epoch) {
    String path = cluster.paths().ledgerEntry(cluster.volume(), epoch, TurnStep.SEND.word(), node);
    StoreResult found = cluster.zookeeper().read(path);
    Invariant.COMMIT_HAS_EVERY_ENTRY.require(
        found instanceof StoreResult.Value, "commit without the entry of %s", node);
    try {
      return Statement.decodeEntry(
          ((StoreResult.Value) found).data(), cluster.id(), node, cluster.publicKey(node));
    } catch (MalformedJsonException e) {
      throw new IllegalStateException(e);
    }
  }

  private void allCutBy(NodeProcess member, long readAt) {
    for (SimulatedLane lane : cluster.lanes().open()) {
      for (SimulatedProcess gone : List.of(lane.client, lane.server)) {
        SimulatedProcess other = gone == lane.client ? lane.server : lane.client;
        Long went = goneAt.get(gone.id());
        if (lane.isOpen() && other.id().equals(member) && !gone.isEnded() && went != null) {
          Invariant.COMMIT_HAS_EVERY_FENCE.require(
              went > readAt || lane.openedAt() >= went,
              "commit, and %s has a lane with %s, which has gone",
              member,
              gone.id());
        }
      }
    }
  }

  private Level sendFloor(LaneKind kind) {
    Level level = level(furthest.flatMap(DocumentSlot::committed), kind);
    for (DocumentSlot.Turn turn : sending()) {
      level = Level.weakest(level, level(Optional.of(turn.document()), kind));
    }
    return level;
  }

  /**
   * The turns that are at {@code send}: the furthest slot's, and one that was superseded before it
   * was there, if a backup has put it back in the store.
   */
  private List<DocumentSlot.Turn> sending() {
    return Stream.of(
            furthest,
            stored.filter(
                slot -> slot.committed().equals(furthest.flatMap(DocumentSlot::committed))))
        .flatMap(slot -> slot.flatMap(DocumentSlot::turn).stream())
        .filter(turn -> turn.step() == TurnStep.SEND)
        .toList();
  }

  /** The weakest of what a slot holds. */
  private Level floorOf(Optional<DocumentSlot> slot, LaneKind kind) {
    Level level = level(slot.flatMap(DocumentSlot::committed), kind);
    Optional<DocumentSlot.Turn> turn = slot.flatMap(DocumentSlot::turn);
    return turn.isEmpty()
        ? level
        : Level.weakest(level, level(turn.map(DocumentSlot.Turn::document), kind));
  }

  private Level level(Optional<SignedDocument> document, LaneKind kind) {
    return document.map(signed -> policy(signed).level(kind)).orElse(Level.ENCRYPT);
  }

  private long epoch(SignedDocument document) {
    return SimulatedAdministrator.decode(document).epoch();
  }

  /** Decoded once an object: documents are looked at for every message. */
  private DocumentContent.Policy policy(SignedDocument document) {
    return decoded.computeIfAbsent(
        document.payload(),
        _ -> (DocumentContent.Policy) SimulatedAdministrator.decode(document).content());
  }
}
