package org.sealane.deploy.faults;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.awaitility.Awaitility;
import org.sealane.cluster.identity.AdminCredentials;
import org.sealane.cluster.identity.PeerPolicy;
import org.sealane.cluster.identity.TlsContexts;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.DocumentMessages.PolicyDraft;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.bench.BenchRoutes;
import org.sealane.deploy.config.LaneTransport;
import org.sealane.deploy.draft.Administrator;
import org.sealane.deploy.draft.DraftException;
import org.sealane.deploy.json.Json;
import org.sealane.deploy.local.LocalCluster;
import org.sealane.deploy.local.LocalClusterMaker;
import org.sealane.deploy.local.LocalDirectory;
import org.sealane.deploy.local.LocalManifest;
import org.sealane.deploy.local.LocalManifest.LocalNode;
import org.sealane.deploy.local.ProcessRecord;
import org.sealane.deploy.local.Readiness;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.HostPort;
import org.sealane.deploy.wire.LinkRelay;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.Enrollment;

/**
 * A local cluster of node processes whose lanes go over relays that judge their bytes, with the
 * means to hurt it. Any thread may call, but what starts or ends a process is for one.
 */
final class FaultCluster {
  /** What the nodes of a local cluster have agreed with ZooKeeper. */
  static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);

  /** How long anything may take to come to rest on a busy machine. */
  static final Duration LIMIT = Duration.ofSeconds(120);

  private static final String LOOPBACK = "127.0.0.1";
  private static final int CANARY_BYTES = 32;

  /** Above the ports of local clusters, below those that systems give to connections. */
  private static final int PORT_MIN = 15_000;

  private static final int PORTS_OF_A_BLOCK = 20;
  private static final int PORT_BLOCKS = 700;

  private final LocalCluster local;
  private final Map<String, AdminClient> clients = new HashMap<>();
  private final Map<String, LinkRelay> links = new HashMap<>();
  private final Set<String> down = new HashSet<>();
  private final byte[] canary = new byte[CANARY_BYTES];

  private FaultCluster(LocalCluster local) {
    this.local = local;
    new Random(local.manifest().clusterId().hashCode()).nextBytes(canary);
  }

  /** Makes and starts a cluster; returns when all nodes see each other. */
  static FaultCluster start(Path directory, int nodes) throws Exception {
    return start(directory, nodes, List.of(LaneTransport.TCP));
  }

  /** The same, with lanes over these transports. */
  static FaultCluster start(Path directory, int nodes, List<LaneTransport> transports)
      throws Exception {
    LocalDirectory local = new LocalDirectory(directory.resolve(".sealane"));
    LocalClusterMaker.make(local, nodes, transports);
    FaultCluster cluster = new FaultCluster(withPortsOfItsOwn(local));
    try {
      cluster.local.start();
      cluster.awaitReady();
      return cluster;
    } catch (Exception e) {
      cluster.close();
      throw e;
    }
  }

  /**
   * Other clusters of the machine take the first ports that are free, those of a node that was
   * killed too; so this one has ports where none of them looks.
   */
  private static LocalCluster withPortsOfItsOwn(LocalDirectory local) throws IOException {
    LocalManifest made = LocalCluster.open(local).manifest();
    int[] next = {
      PORT_MIN + (int) (ProcessHandle.current().pid() % PORT_BLOCKS) * PORTS_OF_A_BLOCK
    };
    Map<Integer, Integer> moved = new HashMap<>();
    IntUnaryOperator move = port -> moved.computeIfAbsent(port, _ -> next[0]++);
    List<LocalNode> nodes = new ArrayList<>();
    for (LocalNode node : made.nodes()) {
      nodes.add(
          new LocalNode(
              node.name(),
              move.applyAsInt(node.lanePort()),
              move.applyAsInt(node.smbPort()),
              move.applyAsInt(node.adminPort()),
              move.applyAsInt(node.metricsPort())));
    }
    LocalManifest manifest =
        new LocalManifest(
            made.cluster(), made.clusterId(), move.applyAsInt(made.zookeeperPort()), nodes);
    for (LocalNode node : nodes) {
      String config = Files.readString(local.nodeConfig(node.name()));
      for (Map.Entry<Integer, Integer> port : moved.entrySet()) {
        config = config.replace(LOOPBACK + ":" + port.getKey(), LOOPBACK + ":" + port.getValue());
      }
      Files.writeString(local.nodeConfig(node.name()), config);
    }
    Files.writeString(local.manifest(), Json.pretty(manifest));
    return LocalCluster.open(local);
  }

  /** Blocks until every process runs and every node sees all of them. */
  void awaitReady() throws IOException, InterruptedException {
    new Readiness(local, (address, count) -> sees(address, count)).await(LIMIT, _ -> {});
  }

  private boolean sees(HostPort address, int count) {
    try (AdminClient client = client(List.of(address))) {
      return client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class).nodes().stream()
              .filter(node -> node.state().equals("live"))
              .count()
          == count;
    } catch (AdminException _) {
      // Not yet, then: whoever waits asks again.
      return false;
    }
  }

  LocalCluster local() {
    return local;
  }

  /** What payloads are made of and relays look for. */
  byte[] canary() {
    return canary.clone();
  }

  /**
   * A client of one node's admin port, kept until that node is killed. There is none until the node
   * is live again and its lanes go over their relays, so that nothing passes unseen.
   */
  AdminClient node(String name) throws AdminException {
    synchronized (clients) {
      if (down.contains(name)) {
        throw new AdminException(AdminException.Kind.UNAVAILABLE, name + " was killed");
      }
      return clients.computeIfAbsent(name, _ -> client(List.of(address(name))));
    }
  }

  private HostPort address(String name) {
    return new HostPort(LOOPBACK, known(name).adminPort());
  }

  private LocalNode known(String name) {
    return local.manifest().nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private AdminClient client(List<HostPort> addresses) {
    try {
      AdminCredentials admin = AdminCredentials.load(local.directory().credentials());
      PeerPolicy anyNode =
          PeerPolicy.anyNode(admin.identity().clusterId(), _ -> Enrollment.Verdict.ACCEPTED);
      return new AdminClient(
          addresses,
          TlsContexts.create(admin::keys, anyNode, Clock.systemUTC(), new SecureRandom()));
    } catch (CredentialsException e) {
      throw new AssertionError(e);
    }
  }

  /** The administrator, who asks the node {@code via}. */
  Administrator administrator(String via) throws CredentialsException, AdminException {
    return new Administrator(
        node(via), name -> client(List.of(address(name))), local.directory().credentials());
  }

  ClusterStatus status(String via) throws AdminException {
    return node(via).get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
  }

  /** A volume owned by {@code owner}, in a directory of its storage. */
  Path createVolume(String name, String owner) throws Exception {
    Path path = Files.createDirectories(local.directory().nodeStorage(owner).resolve(name));
    administrator(owner).createVolume(name, owner, path.toString());
    return path;
  }

  /** A disk of {@code node}, in a new file. */
  Path addDisk(String name, String node, long sizeBytes, String volume) throws Exception {
    Path path = local.directory().nodeStorage(node).resolve(name + ".img");
    administrator(node).addDisk(name, node, path.toString(), sizeBytes, volume);
    return path;
  }

  /** Puts a change of both levels as pending; gives its epoch. */
  long begin(String via, String volume, String csv, String sbl)
      throws AdminException, DraftException, CredentialsException {
    return administrator(via)
        .setPolicy(new PolicyDraft(volume, csv, sbl, null, null, null, null, null), false);
  }

  /** How far the turn is after {@code limit}, or when it is over. */
  Turn await(String via, String volume, long epoch, Duration limit)
      throws AdminException, CredentialsException {
    return administrator(via).awaitTurn(volume, epoch, limit);
  }

  /** Lanes from one node to another go over a relay from now on. */
  LinkRelay link(String from, String to) throws AdminException, IOException {
    LinkRelay relay = links.get(from + ">" + to);
    if (relay == null) {
      relay = new LinkRelay(new InetSocketAddress(LOOPBACK, known(to).lanePort()), canary);
      links.put(from + ">" + to, relay);
    }
    detour(node(from), to, relay);
    return relay;
  }

  private static void detour(AdminClient from, String to, LinkRelay relay)
      throws AdminException, IOException {
    InetSocketAddress via = relay.address();
    from.post(
        BenchRoutes.DETOUR,
        Map.of(),
        new BenchRoutes.DetourOrder(to, via.getHostString(), via.getPort()),
        BenchRoutes.DetourOrder.class);
  }

  /** Sends a signal to the process of that name, which must run. */
  void signal(String process, Signals signal) throws IOException {
    signal.send(local.running(process).orElseThrow());
  }

  /** Kills a process and waits until it is gone. */
  void kill(String process) throws IOException {
    ProcessRecord running = local.running(process).orElseThrow();
    synchronized (clients) {
      down.add(process);
      AdminClient client = clients.remove(process);
      if (client != null) {
        client.close();
      }
    }
    Signals.KILL.send(running);
    Awaitility.await("end of " + process).atMost(LIMIT).until(() -> !running.isAlive());
  }

  /** A way to start a node. */
  interface Start {
    void run() throws Exception;
  }

  /** Starts a node that was killed, and its links as they were; returns when it is live. */
  void restart(String name) throws Exception {
    restart(name, () -> local.startNode(name));
  }

  /** The same, started in that way. */
  void restart(String name, Start start) throws Exception {
    start.run();
    awaitReady();
    try (AdminClient client = client(List.of(address(name)))) {
      for (Map.Entry<String, LinkRelay> link : links.entrySet()) {
        String[] ends = link.getKey().split(">");
        if (ends[0].equals(name)) {
          detour(client, ends[1], link.getValue());
        }
      }
    }
    synchronized (clients) {
      down.remove(name);
    }
  }

  /** Starts whatever does not run, ZooKeeper too. */
  void startMissing() throws IOException {
    local.start();
  }

  /** Stops all processes; fails if one had to be killed. */
  void close() throws IOException, InterruptedException {
    for (LinkRelay relay : links.values()) {
      relay.close();
    }
    clients.values().forEach(AdminClient::close);
    List<String> killed = new ArrayList<>(local.stop());
    if (!killed.isEmpty()) {
      throw new IOException(
          killed + " did not stop when asked to; logs are in " + local.directory());
    }
  }
}
