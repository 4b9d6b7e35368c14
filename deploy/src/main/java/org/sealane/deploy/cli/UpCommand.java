package org.sealane.deploy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.local.LocalCluster;
import org.sealane.deploy.local.LocalClusterMaker;
import org.sealane.deploy.local.LocalDirectory;
import org.sealane.deploy.local.Readiness;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.HostPort;
import org.sealane.deploy.units.TimeSpan;
import org.sealane.smb.auth.CredentialsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sealane up}: a cluster on this machine. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description =
        "Starts a local cluster: node processes and a ZooKeeper; returns when all are ready.")
final class UpCommand implements Callable<Integer> {
  private static final int NODES_DEFAULT = 3;

  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "How many nodes a new cluster has (default: 3).")
  private Integer nodes;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = LocalDirectory.DEFAULT_NAME,
      description = "Where the cluster's files are (default: ./.sealane).")
  private Path directory;

  @Option(
      names = "--timeout",
      paramLabel = "90s",
      defaultValue = "90s",
      description = "How long to wait until all are ready (default: 90s).")
  private String timeout;

  @Override
  public Integer call() throws CliFailure, AdminException, InterruptedException {
    Console console = Console.of(spec);
    Duration limit = limit();
    LocalCluster cluster = openOrMake();
    try {
      List<String> started = cluster.start();
      console.progress("started " + String.join(", ", started) + "; waiting until all are ready");
      new Readiness(cluster, (address, count) -> isReady(cluster, address, count))
          .await(limit, node -> console.progress(node + " is ready"));
    } catch (IOException e) {
      throw new CliFailure(e.getMessage(), e);
    }
    try (AdminClient client =
        ClusterOptions.client(cluster.adminAddresses(), cluster.directory().credentials())) {
      ClusterStatus status = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
      output.print(console.out(), status, () -> StatusTables.render(status));
    }
    return 0;
  }

  private Duration limit() {
    try {
      return TimeSpan.parse(timeout);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--timeout: " + e.getMessage());
    }
  }

  private LocalCluster openOrMake() throws CliFailure {
    LocalDirectory local = new LocalDirectory(directory);
    try {
      if (Files.exists(local.manifest())) {
        LocalCluster cluster = LocalCluster.open(local);
        int present = cluster.manifest().nodes().size();
        if (nodes != null && nodes != present) {
          throw new CliFailure(
              "the cluster in %s has %d nodes; take another --dir for one of %d"
                  .formatted(directory, present, nodes));
        }
        return cluster;
      }
      int wanted = nodes == null ? NODES_DEFAULT : nodes;
      if (wanted < 1 || wanted > LocalClusterMaker.NODES_MAX) {
        throw new ParameterException(
            spec.commandLine(), "--nodes: 1 to " + LocalClusterMaker.NODES_MAX);
      }
      return LocalClusterMaker.make(local, wanted);
    } catch (IOException | CredentialsException e) {
      throw new CliFailure(e.getMessage(), e);
    }
  }

  /** Whether the node at {@code address} sees {@code count} live nodes. */
  static boolean isReady(LocalCluster cluster, HostPort address, int count) {
    try (AdminClient client =
        ClusterOptions.client(List.of(address), cluster.directory().credentials())) {
      ClusterStatus status = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
      return status.nodes().stream().filter(node -> node.state().equals("live")).count() == count;
    } catch (CliFailure | AdminException _) {
      // Not yet, then: the caller asks again until its time is up.
      return false;
    }
  }
}
