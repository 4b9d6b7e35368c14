package org.sealane.cluster.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.WeakHashMap;
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
 * What must hold after every event, judged by what the store really holds and what lanes really
 * carry, not by what members believe.
 */
final class Invariants {
  private record Known(long epoch, DocumentDigest digest) {}

  private static final Map<byte[], DocumentContent.Policy> DECODED = new WeakHashMap<>();

  private final SimulatedCluster cluster;
  private final Map<ObjectKey, DocumentSlot> slots = new HashMap<>();
  private final Map<String, Map<ObjectKey, Known>> committed = new HashMap<>();
  private final Map<String, Map<ObjectKey, Known>> newest = new HashMap<>();
  private final Map<Long, Long> membersReadAt = new HashMap<>();
  private final Map<NodeProcess, Long> goneAt = new HashMap<>();
  private final Map<String, Long> registered = new HashMap<>();
  private boolean slotChanged;
  private long sendAt;
  private long accepted;
  private int commits;

  Invariants(SimulatedCluster cluster) {
    this.cluster = cluster;
  }

  /** Messages that were accepted so far. */
  long accepted() {
    return accepted;
  }

  /** Commits so far. */
  int commits() {
    return commits;
  }

  Optional<DocumentSlot> slot(ObjectKey key) {
    return Optional.ofNullable(slots.get(key));
  }

  /** A new process of {@code node} remembers nothing. */
  void forgotten(String node) {
    committed.remove(node);
    newest.remove(node);
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
      if (process.isRunning()) {
        sends(process, volume, kind, process.rules().sendLevel(volume, kind));
      }
      Level weakest = process.rules().rule(volume, kind).weakestAccepted();
      require(
          weakest.satisfies(floorOf(knownSlot, kind)),
          "%s accepts %s, weaker than what it knows",
          process.id(),
          weakest);
    }
    known.ifPresent(slot -> neverBack(process.id().node(), slot));
  }

  /** (1) and (3): nothing is sent that is weaker than the store's step allows. */
  void sends(SimulatedProcess sender, UUID volume, LaneKind kind, Level level) {
    Optional<DocumentSlot> slot = slot(ObjectKey.policy(volume));
    Level least = sendFloor(slot, kind);
    require(
        level.satisfies(least),
        "%s sends %s %s where the store's slot allows %s",
        sender.id(),
        kind,
        level,
        least);
  }

  /**
   * (4): what arrives is accepted if both ends are in contact. One that was away may not know yet
   * what it is sent; a real lane tells it before the first payload.
   */
  boolean accepts(
      SimulatedProcess receiver, SimulatedProcess sender, UUID volume, LaneKind kind, Level level) {
    Level weakest = receiver.rules().rule(volume, kind).weakestAccepted();
    boolean accepts = level.satisfies(weakest);
    require(
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

  /** Registered, and with a lease under which it has read everything. */
  private boolean isInContact(SimulatedProcess process) {
    return registered.containsKey(process.id().toString()) && !process.rules().isFailSealed();
  }

  /** (6). */
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
      require(now.equals(was) || now.epoch() > was.epoch(), "%s knew %s, now %s", node, was, now);
    }
  }

  /** Follows the store: members that come and go, and each advance of the slot. */
  void applied(long session, StoreRequest request, StoreResult result) {
    ClusterPaths paths = cluster.paths();
    if (request.path().equals(paths.nodes()) && request instanceof StoreRequest.Children) {
      membersReadAt.put(session, cluster.zookeeper().zxid());
    }
    ObjectKey key = ObjectKey.policy(cluster.volume());
    if (request.path().equals(paths.document(key)) && result instanceof StoreResult.Written) {
      DocumentSlot before = slots.get(key);
      DocumentSlot now =
          SimulatedAdministrator.slot((StoreResult.Value) cluster.zookeeper().read(request.path()));
      slots.put(key, now);
      slotChanged = true;
      if (now.turn().filter(turn -> turn.step() == TurnStep.SEND).isPresent()) {
        sendAt = cluster.zookeeper().zxid();
      }
      cluster.time().note("the slot is %s", now);
      boolean commit =
          now.turn().filter(turn -> turn.step() == TurnStep.ENFORCE).isPresent()
              && before.turn().filter(turn -> turn.step() == TurnStep.SEND).isPresent();
      if (commit) {
        commits++;
        committedBy(session, now.turn().orElseThrow());
      }
    }
  }

  /** An entry among the members was made or has gone. */
  void membersChanged() {
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
        goneAt.put(process.id(), cluster.zookeeper().zxid());
      }
    }
  }

  /** (5), as of when the session that commits read who the members are. */
  private void committedBy(long session, DocumentSlot.Turn turn) {
    long readAt = membersReadAt.getOrDefault(session, 0L);
    long epoch = SimulatedAdministrator.decode(turn.document()).epoch();
    cluster
        .zookeeper()
        .below(cluster.paths().nodes())
        .forEach((node, stat) -> {
          if (stat.czxid() <= readAt && enrolledAt(node) <= sendAt) {
            LedgerEntry entry = entry(node, epoch);
            require(
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

  /** A node enrolled since the step began has read of the step before it spoke to anyone. */
  private long enrolledAt(String node) {
    String path = cluster.paths().document(ObjectKey.node(cluster.id(), node));
    return cluster.zookeeper().read(path) instanceof StoreResult.Value value
        ? value.stat().czxid()
        : Long.MAX_VALUE;
  }

  private LedgerEntry entry(String node, long epoch) {
    String path = cluster.paths().ledgerEntry(cluster.volume(), epoch, TurnStep.SEND.word(), node);
    StoreResult found = cluster.zookeeper().read(path);
    require(found instanceof StoreResult.Value, "commit without the entry of %s", node);
    try {
      return Statement.decodeEntry(
          ((StoreResult.Value) found).data(), cluster.id(), node, cluster.publicKey(node));
    } catch (MalformedJsonException e) {
      throw new IllegalStateException(e);
    }
  }

  private void allCutBy(NodeProcess member, long readAt) {
    for (SimulatedLanes.Lane lane : cluster.lanes().open()) {
      for (SimulatedProcess gone : java.util.List.of(lane.client, lane.server)) {
        SimulatedProcess other = gone == lane.client ? lane.server : lane.client;
        Long went = goneAt.get(gone.id());
        if (other.id().equals(member) && !gone.isEnded() && went != null) {
          require(
              went > readAt || lane.openedZxid >= went,
              "commit, and %s has a lane with %s, which has gone",
              member,
              gone.id());
        }
      }
    }
  }

  private static Level sendFloor(Optional<DocumentSlot> slot, LaneKind kind) {
    boolean sending =
        slot.flatMap(DocumentSlot::turn).filter(turn -> turn.step() == TurnStep.SEND).isPresent();
    return sending ? floorOf(slot, kind) : level(slot.flatMap(DocumentSlot::committed), kind);
  }

  /** The weakest of what a slot holds. */
  private static Level floorOf(Optional<DocumentSlot> slot, LaneKind kind) {
    Level level = level(slot.flatMap(DocumentSlot::committed), kind);
    Optional<DocumentSlot.Turn> turn = slot.flatMap(DocumentSlot::turn);
    return turn.isEmpty()
        ? level
        : Level.weakest(level, level(turn.map(DocumentSlot.Turn::document), kind));
  }

  private static Level level(Optional<SignedDocument> document, LaneKind kind) {
    return document.map(signed -> policy(signed).level(kind)).orElse(Level.ENCRYPT);
  }

  /** Decoded once an object: documents are looked at for every message. */
  private static DocumentContent.Policy policy(SignedDocument document) {
    return DECODED.computeIfAbsent(
        document.payload(),
        _ -> (DocumentContent.Policy) SimulatedAdministrator.decode(document).content());
  }

  private static void require(boolean holds, String format, Object... arguments) {
    if (!holds) {
      throw new AssertionError(String.format(format, arguments));
    }
  }
}
