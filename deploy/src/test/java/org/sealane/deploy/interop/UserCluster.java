package org.sealane.deploy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.sealane.cluster.document.DocumentContent.Grant;
import org.sealane.cluster.identity.AdminCredentials;
import org.sealane.cluster.identity.PeerPolicy;
import org.sealane.cluster.identity.TlsContexts;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.draft.Administrator;
import org.sealane.deploy.draft.ClientAdministrator;
import org.sealane.deploy.local.CommandRun;
import org.sealane.deploy.local.LocalCluster;
import org.sealane.deploy.local.LocalClusterMaker;
import org.sealane.deploy.local.LocalDirectory;
import org.sealane.deploy.local.LocalManifest.LocalNode;
import org.sealane.deploy.local.Readiness;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.Enrollment;
import org.sealane.smb.auth.ntlm.NtHash;

/**
 * A local cluster of two node processes for users' clients: node1 owns the volumes, and one user
 * may do everything on them. For one thread.
 */
final class UserCluster implements AutoCloseable {
  static final String USER = "anna";
  static final String PASSWORD = "secret";

  /** How long anything may take to come to rest on a busy machine. */
  static final Duration LIMIT = Duration.ofSeconds(60);

  private static final String OWNER = "node1";
  private static final Duration STARTED_MAX = Duration.ofSeconds(120);

  /** A node to reach the volumes through. */
  enum Via {
    OWNER,
    OTHER
  }

  /** Starts one node's process in place of the usual way. */
  interface NodeStart {
    void start(LocalCluster cluster, String node) throws IOException;
  }

  private final LocalCluster local;
  private final AdminClient client;

  private UserCluster(LocalCluster local) throws CredentialsException {
    this.local = local;
    this.client = client(local, local.adminAddresses());
  }

  /** Starts a cluster with these volumes; returns when the user can use them. */
  static UserCluster start(Path directory, String... volumes) throws Exception {
    return start(directory, UnaryOperator.identity(), LocalCluster::startNode, volumes);
  }

  /**
   * The same.
   *
   * @param config changes the text of each node's configuration
   * @param nodeStart starts each node
   */
  static UserCluster start(
      Path directory, UnaryOperator<String> config, NodeStart nodeStart, String... volumes)
      throws Exception {
    LocalDirectory place = new LocalDirectory(directory.resolve(".sealane"));
    LocalCluster local = LocalClusterMaker.make(place, 2);
    UserCluster cluster = new UserCluster(local);
    try {
      for (LocalNode node : local.manifest().nodes()) {
        Path file = place.nodeConfig(node.name());
        Files.writeString(file, config.apply(Files.readString(file)));
        nodeStart.start(local, node.name());
      }
      local.start();
      new Readiness(local, cluster::sees).await(STARTED_MAX, _ -> {});
      cluster.prepare(volumes);
      return cluster;
    } catch (Exception e) {
      cluster.close();
      throw e;
    }
  }

  private void prepare(String... volumes) throws Exception {
    Path credentials = local.directory().credentials();
    ClientAdministrator clients = new ClientAdministrator(client, credentials);
    clients.addUser(USER, NtHash.of(PASSWORD.toCharArray()), false);
    Administrator administrator =
        new Administrator(
            client, name -> reach(List.of(address(node(name).adminPort()))), credentials);
    for (String volume : volumes) {
      Path path = Files.createDirectories(directory(volume));
      administrator.createVolume(volume, OWNER, path.toString());
      clients.setShare(volume, Optional.empty(), Map.of(USER, Grant.FULL), List.of());
    }
  }

  /** The directory that a volume is. */
  Path directory(String volume) {
    return local.directory().nodeStorage(OWNER).resolve(volume);
  }

  /** Runs a command as the administrator does; it must succeed. */
  void command(String... arguments) throws IOException, InterruptedException {
    CommandRun run = CommandRun.of(local.directory().root().getParent(), arguments);
    assertThat(run.exit()).as(run.err()).isZero();
  }

  AdminClient admin() {
    return client;
  }

  LocalCluster local() {
    return local;
  }

  static String nodeName(Via via) {
    return switch (via) {
      case OWNER -> OWNER;
      case OTHER -> "node2";
    };
  }

  /** Where users' clients connect. */
  InetSocketAddress smb(Via via) {
    return new InetSocketAddress("127.0.0.1", node(nodeName(via)).smbPort());
  }

  private LocalNode node(String name) {
    return local.manifest().nodes().stream()
        .filter(known -> known.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static HostPort address(int port) {
    return new HostPort("127.0.0.1", port);
  }

  private boolean sees(HostPort address, int count) {
    try (AdminClient asked = client(local, List.of(address))) {
      return asked.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class).nodes().stream()
              .filter(node -> node.state().equals("live"))
              .count()
          == count;
    } catch (AdminException | CredentialsException _) {
      // Not yet, then: whoever waits asks again.
      return false;
    }
  }

  private AdminClient reach(List<HostPort> addresses) throws AdminException {
    try {
      return client(local, addresses);
    } catch (CredentialsException e) {
      throw new AdminException(AdminException.Kind.FAILED, e.getMessage(), e);
    }
  }

  private static AdminClient client(LocalCluster local, List<HostPort> addresses)
      throws CredentialsException {
    AdminCredentials admin = AdminCredentials.load(local.directory().credentials());
    PeerPolicy anyNode =
        PeerPolicy.anyNode(admin.identity().clusterId(), _ -> Enrollment.Verdict.ACCEPTED);
    return new AdminClient(
        addresses, TlsContexts.create(admin::keys, anyNode, Clock.systemUTC(), new SecureRandom()));
  }

  /** Waits until a condition holds that documents on their way may delay. */
  static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await(what).atMost(LIMIT).until(condition);
  }

  @Override
  public void close() throws IOException {
    client.close();
    List<String> killed;
    try {
      killed = local.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the cluster stops");
    }
    if (!killed.isEmpty()) {
      throw new IOException(killed + " did not stop when asked to; " + local.directory());
    }
  }
}
