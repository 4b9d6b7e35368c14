package org.sealane.cluster.member;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.sealane.cluster.admin.AdminException;
import org.sealane.cluster.admin.BackingPreparer;
import org.sealane.cluster.admin.ClusterAdmin;
import org.sealane.cluster.audit.AuditEvent;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.audit.AuditLog;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.EpochFloor;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.ownership.BackingException;
import org.sealane.cluster.ownership.BackingMarker;
import org.sealane.cluster.store.CuratorStore;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.store.StoreSettings;
import org.sealane.cluster.turn.MemberId;
import org.sealane.smb.lane.LaneRules;

/** Members in one JVM around a real ZooKeeper, each with lane rules of its own. */
public final class TestCluster implements AutoCloseable {
  static final Duration SESSION_TIMEOUT = Duration.ofSeconds(4);

  /** A directory below the test's that every node may serve from. */
  private static final String SHARED = "shared";

  /** One member and what it was given. */
  public final class Node implements AutoCloseable {
    final String name;
    final TestKeys key;
    final LaneRules rules = new LaneRules();
    final List<MemberId> fenced = new CopyOnWriteArrayList<>();
    final List<AuditEvent> audited = new CopyOnWriteArrayList<>();

    /** When cutting off is done. */
    CompletionStage<Void> cutOff = CompletableFuture.completedStage(null);

    CuratorStore store;
    ClusterMember member;
    volatile LongSupplier clock = BootTimeClock::nanos;

    Node(String name, TestKeys key) {
      this.name = name;
      this.key = key;
    }

    Node start() throws IOException {
      store =
          new CuratorStore(
              new StoreSettings(zookeeper.getConnectString(), SESSION_TIMEOUT, SESSION_TIMEOUT));
      MemberConfig config =
          new MemberConfig(
              clusterId,
              "test",
              name,
              key.pair().getPublic(),
              key::sign,
              adminKey.pair().getPublic(),
              EpochFloor.NONE,
              new NodeEndpoints(
                  new HostPort("127.0.0.1", 1),
                  new HostPort("127.0.0.1", 2),
                  new HostPort("127.0.0.1", 3),
                  Optional.empty(),
                  List.of("tcp"),
                  "test",
                  1,
                  Instant.EPOCH),
              directory.resolve(name).resolve("state"),
              List.of(directory.resolve(name), directory.resolve(SHARED)),
              List.of(enrolment(name, key)));
      member =
          ClusterMember.start(
              config,
              store,
              rules,
              departed -> {
                fenced.add(departed);
                return cutOff;
              },
              new ListAuditLog(audited),
              () -> clock.getAsLong());
      return this;
    }

    ClusterAdmin admin() {
      return new ClusterAdmin(member, InstantSource.system());
    }

    void awaitLive() {
      member.live().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    void await(Predicate<ClusterView> wanted) {
      member.await(wanted).toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** Ends as if killed: the session ends, the lease is not released. */
    void crash() {
      store.close();
      close();
      member = null;
    }

    boolean audited(AuditKind kind) {
      return audited.stream().anyMatch(event -> event.kind() == kind);
    }

    Path path(String below) throws IOException {
      return Files.createDirectories(directory.resolve(name).resolve(below));
    }

    @Override
    public void close() {
      if (member != null) {
        member.close();
      }
    }
  }

  private record ListAuditLog(List<AuditEvent> events) implements AuditLog {
    @Override
    public void record(AuditEvent event) {
      events.add(event);
    }

    @Override
    public void close() {}
  }

  final UUID clusterId = UUID.randomUUID();
  final TestKeys adminKey = TestKeys.generate();
  final TestingServer zookeeper;
  final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Path directory;

  public TestCluster(Path directory) throws Exception {
    this.directory = directory;
    this.zookeeper = new TestingServer(true);
  }

  /** With ZooKeeper's files in {@code data}, so that they can be backed up and restored. */
  TestCluster(Path directory, Path data) throws Exception {
    this.directory = directory;
    this.zookeeper = new TestingServer(-1, Files.createDirectories(data).toFile(), true);
  }

  /** Copies what ZooKeeper has to {@code backup}, with ZooKeeper stopped for the time. */
  void backUp(Path backup) throws Exception {
    zookeeper.stop();
    replace(backup, zookeeper.getTempDirectory().toPath());
    zookeeper.restart();
    for (Node node : nodes.values()) {
      StoreRequest request = new StoreRequest.Children(node.member.paths().nodes());
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() ->
              node.store.submit(request).toCompletableFuture().join() instanceof StoreResult.Names);
    }
  }

  /** ZooKeeper forgets all that came after the backup. */
  void restore(Path backup) throws Exception {
    zookeeper.stop();
    replace(zookeeper.getTempDirectory().toPath(), backup);
    zookeeper.restart();
  }

  private static void replace(Path there, Path by) throws IOException {
    try (Stream<Path> old = Files.walk(there)) {
      for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    try (Stream<Path> fresh = Files.walk(by)) {
      for (Path path : fresh.toList()) {
        Files.copy(path, there.resolve(by.relativize(path).toString()));
      }
    }
  }

  public Node start(String name) throws IOException {
    Node node = new Node(name, TestKeys.generate());
    nodes.put(name, node);
    return node.start();
  }

  List<Node> startAll(String... names) throws IOException {
    List<Node> started = new ArrayList<>();
    for (String name : names) {
      started.add(start(name));
    }
    started.forEach(Node::awaitLive);
    for (Node node : started) {
      node.await(view ->
          view.nodes().stream().filter(n -> n.state() == ClusterView.NodeState.LIVE).count()
              == nodes.size());
    }
    return started;
  }

  UUID createVolume(Node owner, String name) throws IOException, AdminException {
    Path path = owner.path(name);
    var submitted =
        owner
            .admin()
            .volumeCreate(
                name,
                List.of(owner.name),
                path.toString(),
                (_, where, uuid) ->
                    BackingMarker.create(Path.of(where), List.of(directory), clusterId, uuid),
                adminKey::sign);
    UUID volume = submitted.key().object();
    owner.admin().awaitTurn(volume, 1, Duration.ofSeconds(30));
    return volume;
  }

  /** A volume of several candidates, in a directory that all of them reach by one path. */
  UUID createSharedVolume(String name, Node... candidates) throws IOException, AdminException {
    var submitted =
        candidates[0]
            .admin()
            .volumeCreate(
                name,
                Arrays.stream(candidates).map(node -> node.name).toList(),
                sharedPath(name).toString(),
                true,
                new LocalBackings(),
                adminKey::sign);
    UUID volume = submitted.key().object();
    candidates[0].admin().awaitTurn(volume, 1, Duration.ofSeconds(30));
    return volume;
  }

  Path sharedPath(String name) throws IOException {
    return Files.createDirectories(directory.resolve(SHARED).resolve(name));
  }

  /** Markers as the nodes would make and look for them. */
  private final class LocalBackings implements BackingPreparer {
    private List<Path> roots() {
      return List.of(directory.resolve(SHARED));
    }

    @Override
    public void prepare(String node, String path, UUID volume) throws BackingException {
      BackingMarker.create(Path.of(path), roots(), clusterId, volume);
    }

    @Override
    public void prove(String node, String path, UUID volume) throws BackingException {
      BackingMarker.prove(Path.of(path), roots(), clusterId, volume);
    }

    @Override
    public void withdraw(String node, String path, UUID volume) throws BackingException {
      BackingMarker.withdraw(Path.of(path), roots(), clusterId, volume);
    }
  }

  MemberIdentity.Bundled enrolment(String node, TestKeys key) {
    ObjectKey object = ObjectKey.node(clusterId, node);
    Document document =
        new Document(
            clusterId,
            object,
            1,
            Optional.empty(),
            Instant.EPOCH,
            new DocumentContent.Node(node, Ed25519.base64(key.pair().getPublic()), false));
    return new MemberIdentity.Bundled(DocumentKind.NODE, object.object(), sign(document));
  }

  SignedDocument sign(Document document) {
    byte[] payload = DocumentCodec.encode(document);
    return new SignedDocument(payload, adminKey.sign(payload));
  }

  @Override
  public void close() throws IOException {
    nodes.values().forEach(Node::close);
    zookeeper.close();
  }
}
