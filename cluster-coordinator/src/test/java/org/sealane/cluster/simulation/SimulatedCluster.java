package org.sealane.cluster.simulation;

import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.EpochFloor;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.member.HostPort;
import org.sealane.cluster.member.MemberIdentity;
import org.sealane.cluster.member.NodeEndpoints;
import org.sealane.cluster.member.TestKeys;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.StoreEvent;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;

/** Three nodes, their ZooKeeper and their administrator. */
final class SimulatedCluster {
  static final List<String> NODES = List.of("node1", "node2", "node3");
  static final long TIMEOUT_NANOS = VirtualTime.millis(10_000);

  private static final UUID ID = new UUID(0x5ea1a4e, 1);
  private static final UUID VOLUME = new UUID(0x5ea1a4e, 2);
  private static final TestKeys ADMIN = TestKeys.generate();
  private static final Map<String, TestKeys> KEYS = keys();
  private static final Map<String, MemberIdentity.Bundled> ENROLMENTS = enrolments();

  private final VirtualTime time;
  private final Dials dials;
  private final ClusterPaths paths = new ClusterPaths("simulated");
  private final Invariants invariants = new Invariants(this);
  private final SimulatedZooKeeper zookeeper;
  private final SimulatedLanes lanes;
  private final List<SimulatedAdministrator> administrators;
  private final Optional<Sabotage> sabotage;
  private final Map<String, SimulatedProcess> current = new TreeMap<>();
  private final Map<String, Map<ObjectKey, VerifiedSlot>> disks = new HashMap<>();
  private final List<SimulatedProcess> every = new ArrayList<>();
  private Optional<SimulatedProcess> coordinator = Optional.empty();

  SimulatedCluster(VirtualTime time, Dials dials, Optional<Sabotage> sabotage) {
    this.time = time;
    this.dials = dials;
    this.sabotage = sabotage;
    zookeeper = new SimulatedZooKeeper(time, dials, TIMEOUT_NANOS, new Watching());
    lanes = new SimulatedLanes(this);
    administrators =
        List.of(
            new SimulatedAdministrator(this, "admin1"), new SimulatedAdministrator(this, "admin2"));
  }

  private static Map<String, TestKeys> keys() {
    Map<String, TestKeys> keys = new TreeMap<>();
    NODES.forEach(node -> keys.put(node, TestKeys.generate()));
    return keys;
  }

  private static Map<String, MemberIdentity.Bundled> enrolments() {
    Map<String, MemberIdentity.Bundled> enrolments = new TreeMap<>();
    KEYS.forEach((node, key) -> {
      ObjectKey object = ObjectKey.node(ID, node);
      Document document =
          new Document(
              ID,
              object,
              1,
              Optional.empty(),
              Instant.EPOCH,
              new DocumentContent.Node(node, Ed25519.base64(key.pair().getPublic()), false));
      enrolments.put(
          node, new MemberIdentity.Bundled(DocumentKind.NODE, object.object(), signed(document)));
    });
    return enrolments;
  }

  private static SignedDocument signed(Document document) {
    byte[] payload = DocumentCodec.encode(document);
    return new SignedDocument(payload, ADMIN.sign(payload));
  }

  private final class Watching implements SimulatedZooKeeper.Observer {
    @Override
    public void committed(String path) {
      invariants.committed(path);
    }

    @Override
    public void shown(SimulatedServer server, String path) {
      boolean watched =
          !path.startsWith(paths.leases() + "/") && path.startsWith(paths.root() + "/");
      if (watched) {
        for (SimulatedProcess process : current.values()) {
          if (process.connection().isTo(server)) {
            process.connection().changed(path);
          }
        }
      }
    }

    @Override
    public void applied(long session, long moment, StoreRequest request, StoreResult result) {
      invariants.applied(session, moment, request, result);
    }
  }

  UUID id() {
    return ID;
  }

  UUID volume() {
    return VOLUME;
  }

  VirtualTime time() {
    return time;
  }

  Dials dials() {
    return dials;
  }

  ClusterPaths paths() {
    return paths;
  }

  SimulatedZooKeeper zookeeper() {
    return zookeeper;
  }

  SimulatedLanes lanes() {
    return lanes;
  }

  List<SimulatedAdministrator> administrators() {
    return administrators;
  }

  /** Whether {@code what} is done wrong here. */
  boolean does(Sabotage what) {
    return sabotage.filter(what::equals).isPresent();
  }

  Invariants invariants() {
    return invariants;
  }

  /** As every node makes it. */
  static DocumentVerifier verifier() {
    return new DocumentVerifier(ID, ADMIN.pair().getPublic(), EpochFloor.NONE);
  }

  SignedDocument sign(Document document) {
    return signed(document);
  }

  PublicKey publicKey(String node) {
    return KEYS.get(node).pair().getPublic();
  }

  /** The nodes' processes of now, those that ended among them left out. */
  List<SimulatedProcess> processes() {
    return current.values().stream().filter(process -> !process.isEnded()).toList();
  }

  /** All that ever ran. */
  List<SimulatedProcess> everyProcess() {
    return every;
  }

  Optional<SimulatedProcess> process(String node) {
    return Optional.ofNullable(current.get(node)).filter(process -> !process.isEnded());
  }

  SimulatedConnection connection(
      String name, Consumer<Runnable> thread, Consumer<StoreEvent> events) {
    return new SimulatedConnection(name, time, dials, zookeeper, TIMEOUT_NANOS, thread, events);
  }

  /** Starts a process of {@code node}, unless one runs: its state directory is locked then. */
  void start(String node, boolean forget) {
    if (process(node).isPresent()) {
      return;
    }
    Optional<UUID> predecessor =
        Optional.ofNullable(current.get(node))
            .filter(_ -> !forget)
            .map(process -> process.id().incarnation());
    if (forget) {
      disks.remove(node);
      invariants.forgotten(node);
    }
    TestKeys key = KEYS.get(node);
    MemberIdentity identity =
        new MemberIdentity(
            ID,
            paths,
            node,
            key.pair().getPublic(),
            new UUID(time.between(Long.MIN_VALUE, Long.MAX_VALUE), every.size()),
            predecessor,
            endpoints(),
            List.of(ENROLMENTS.get(node)));
    SimulatedProcess process =
        new SimulatedProcess(
            this,
            identity,
            verifier(),
            disks.computeIfAbsent(node, _ -> new HashMap<>()),
            key::sign);
    current.put(node, process);
    every.add(process);
    process.start();
  }

  /** The node's state is removed, and it begins as a new one of its name. */
  void enrolAnew(SimulatedProcess process) {
    process.die();
    start(process.id().node(), true);
  }

  private static NodeEndpoints endpoints() {
    HostPort nowhere = new HostPort("127.0.0.1", 1);
    return new NodeEndpoints(
        nowhere, nowhere, nowhere, Optional.empty(), List.of("tcp"), "simulated", 1, Instant.EPOCH);
  }

  /** Elects, as a latch would: a hint that comes late, and now and then to two at once. */
  void elect() {
    List<SimulatedProcess> able =
        processes().stream()
            .filter(process -> process.connection().isConnected() && process.contends())
            .toList();
    if (able.isEmpty() || dials.strangerElected) {
      return;
    }
    if (does(Sabotage.COUNTS_NOBODY)) {
      coordinator.filter(able::contains).ifPresent(SimulatedProcess::hasten);
    }
    boolean stays = coordinator.filter(able::contains).isPresent();
    if (stays && !time.chance(dials.twoCoordinators)) {
      coordinator.get().connection().elected(true);
      return;
    }
    SimulatedProcess next = able.get(time.pick(able.size()));
    coordinator
        .filter(_ -> !time.chance(dials.twoCoordinators))
        .ifPresent(former -> {
          if (former != next) {
            former.connection().elected(false);
          }
        });
    coordinator = Optional.of(next);
    next.connection().elected(true);
    time.note("%s is elected", next.id());
  }
}
