package org.sealane.deploy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.config.LaneTransport;
import org.sealane.deploy.demo.DemoCluster;
import org.sealane.deploy.draft.Administrator;
import org.sealane.deploy.draft.DraftException;
import org.sealane.deploy.local.LocalCluster;
import org.sealane.deploy.local.LocalClusterMaker;
import org.sealane.deploy.local.LocalDirectory;
import org.sealane.deploy.local.LocalManifest.LocalNode;
import org.sealane.deploy.local.Readiness;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.auth.CredentialsException;

/**
 * A local cluster for the time of one command: made in a directory of its own, stopped and removed
 * with it, also when the command is interrupted. For one thread, but its clients may be used by
 * any.
 */
final class ScratchCluster implements DemoCluster, AutoCloseable {
  private static final Duration READY_MAX = Duration.ofSeconds(90);
  private static final Duration SHOWN_MAX = Duration.ofSeconds(30);
  private static final long ASK_MILLIS = 50;
  private static final String LOOPBACK = "127.0.0.1";

  private final LocalCluster local;
  private final boolean keep;
  private final Map<String, AdminClient> clients = new HashMap<>();
  private final Thread onInterrupt = new Thread(this::stopQuietly, "scratch-cluster-stop");
  private Administrator administrator;

  private ScratchCluster(LocalCluster local, boolean keep) {
    this.local = local;
    this.keep = keep;
  }

  /** Makes and starts a cluster; returns when all nodes are ready. */
  static ScratchCluster start(Path directory, int nodes, boolean keep, Consumer<String> progress)
      throws CliFailure, InterruptedException {
    return start(directory, nodes, List.of(LaneTransport.TCP), keep, progress);
  }

  /** As {@link #start(Path, int, boolean, Consumer)}, with these transports on each node. */
  static ScratchCluster start(
      Path directory,
      int nodes,
      List<LaneTransport> transports,
      boolean keep,
      Consumer<String> progress)
      throws CliFailure, InterruptedException {
    if (Files.exists(directory)) {
      throw new CliFailure(
          directory
              + " is there already; run 'sealane down --dir "
              + directory
              + "' if a cluster of it runs, then remove it");
    }
    try {
      ScratchCluster cluster =
          new ScratchCluster(
              LocalClusterMaker.make(new LocalDirectory(directory), nodes, transports), keep);
      cluster.open(progress);
      return cluster;
    } catch (IOException | CredentialsException e) {
      throw new CliFailure(e.getMessage(), e);
    }
  }

  private void open(Consumer<String> progress)
      throws IOException, CredentialsException, InterruptedException, CliFailure {
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    try {
      progress.accept("started " + String.join(", ", local.start()));
      new Readiness(local, (address, count) -> UpCommand.isReady(local, address, count))
          .await(READY_MAX, node -> progress.accept(node + " is ready"));
      Path credentials = local.directory().credentials();
      for (LocalNode node : local.manifest().nodes()) {
        clients.put(
            node.name(),
            ClusterOptions.client(List.of(new HostPort(LOOPBACK, node.adminPort())), credentials));
      }
      administrator = new Administrator(any(), this::fresh, credentials);
    } catch (IOException | CredentialsException | InterruptedException | CliFailure e) {
      close();
      throw e;
    }
  }

  private AdminClient fresh(String node) throws AdminException {
    try {
      return ClusterOptions.client(
          List.of(new HostPort(LOOPBACK, known(node).adminPort())),
          local.directory().credentials());
    } catch (CliFailure e) {
      throw new AdminException(AdminException.Kind.FAILED, e.getMessage(), e);
    }
  }

  private LocalNode known(String name) throws AdminException {
    return local.manifest().nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new AdminException(AdminException.Kind.ABSENT, "there is no node named " + name));
  }

  @Override
  public Administrator administrator() {
    return administrator;
  }

  @Override
  public AdminClient any() {
    return clients.get(local.manifest().nodes().getFirst().name());
  }

  @Override
  public AdminClient node(String node) throws AdminException {
    return clients.get(known(node).name());
  }

  @Override
  public void createVolume(String name, String owner)
      throws AdminException, DraftException, IOException, InterruptedException {
    administrator.createVolume(name, owner, storage(owner, name));
    await(
        "volume " + name,
        status -> status.volumes().stream().anyMatch(v -> v.name().equals(name) && v.hasSettled()));
  }

  @Override
  public void addDisk(String name, String node, long sizeBytes, String volume)
      throws AdminException, DraftException, IOException, InterruptedException {
    String path = Path.of(storage(node, "disks")).resolve(name).toString();
    administrator.addDisk(name, node, path, sizeBytes, volume);
    await(
        "disk " + name,
        status -> status.disks().stream().anyMatch(disk -> disk.name().equals(name)));
  }

  private void await(String what, Predicate<ClusterStatus> shown)
      throws AdminException, InterruptedException {
    long deadline = System.nanoTime() + SHOWN_MAX.toNanos();
    while (!shown.test(status())) {
      if (System.nanoTime() > deadline) {
        throw new AdminException(
            AdminException.Kind.UNAVAILABLE,
            what + " is not there " + SHOWN_MAX.toSeconds() + " s after it was made");
      }
      TimeUnit.MILLISECONDS.sleep(ASK_MILLIS);
    }
  }

  /** A directory of {@code node}'s storage, made if it is not there. */
  private String storage(String node, String directory) throws IOException {
    return Files.createDirectories(local.directory().nodeStorage(node).resolve(directory))
        .toAbsolutePath()
        .normalize()
        .toString();
  }

  @Override
  public ClusterStatus status() throws AdminException {
    return any().get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
  }

  /** Where its processes log. */
  Path logs() {
    return local.directory().log(LocalCluster.ZOOKEEPER).getParent();
  }

  /** Stops the processes, and removes the directory unless it is to be kept. */
  @Override
  public void close() throws CliFailure {
    clients.values().forEach(AdminClient::close);
    try {
      Runtime.getRuntime().removeShutdownHook(onInterrupt);
      stop();
    } catch (IOException e) {
      throw new CliFailure("the cluster did not stop: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliFailure("interrupted while the cluster stopped", e);
    }
  }

  private void stop() throws IOException, InterruptedException {
    List<String> killed = local.stop();
    if (!killed.isEmpty()) {
      throw new IOException(String.join(", ", killed) + " had to be killed; logs are in " + logs());
    }
    if (!keep) {
      try (Stream<Path> files = Files.walk(local.directory().root())) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void stopQuietly() {
    try {
      local.stop();
    } catch (IOException | InterruptedException e) {
      System.getLogger(ScratchCluster.class.getName())
          .log(System.Logger.Level.WARNING, "the cluster did not stop", e);
    }
  }
}
