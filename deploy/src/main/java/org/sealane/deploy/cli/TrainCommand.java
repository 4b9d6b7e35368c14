package org.sealane.deploy.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.config.LaneTransport;
import org.sealane.deploy.config.NodeConfig;
import org.sealane.deploy.enrol.ClusterKeys;
import org.sealane.deploy.json.Json;
import org.sealane.deploy.node.NodeRuntime;
import org.sealane.deploy.node.NodeStartException;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.HostPort;
import org.sealane.deploy.zookeeper.EmbeddedZooKeeper;
import org.sealane.smb.auth.CredentialsException;
import picocli.CommandLine.Command;

/**
 * {@code sealane train}: what the launcher runs once a build to learn which classes a node, its
 * ZooKeeper and a command that asks it load. All three run in this process, on ports of their own
 * and with keys that are thrown away.
 */
@Command(
    name = "train",
    hidden = true,
    description = "Loads what a node, ZooKeeper and a command that asks a node load.")
final class TrainCommand implements Callable<Integer> {
  private static final String NODE = "node1";
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LIVE_MAX = Duration.ofSeconds(60);

  @Override
  public Integer call() throws CliFailure {
    try {
      Path directory = Files.createTempDirectory("sealane-train");
      try {
        train(directory);
      } finally {
        delete(directory);
      }
    } catch (IOException
        | CredentialsException
        | NodeStartException
        | AdminException
        | ExecutionException
        | TimeoutException e) {
      throw new CliFailure("not trained: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliFailure("interrupted", e);
    }
    return 0;
  }

  private static void train(Path directory)
      throws IOException,
          CredentialsException,
          NodeStartException,
          CliFailure,
          AdminException,
          InterruptedException,
          ExecutionException,
          TimeoutException {
    ClusterKeys keys = ClusterKeys.create("train", directory);
    Path bundle = directory.resolve("node.bundle");
    keys.enroll(NODE).store(bundle);
    try (EmbeddedZooKeeper zookeeper =
            EmbeddedZooKeeper.start(
                directory.resolve("zookeeper"),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        NodeRuntime node = NodeRuntime.start(config(directory, bundle, zookeeper.address()))) {
      node.live().toCompletableFuture().get(LIVE_MAX.toSeconds(), TimeUnit.SECONDS);
      try (AdminClient client = ClusterOptions.client(List.of(node.adminAddress()), directory)) {
        ClusterStatus status = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
        if (Json.pretty(status).isEmpty() || StatusTables.render(status).isEmpty()) {
          throw new CliFailure("a status has a text");
        }
      }
    }
  }

  private static NodeConfig config(Path directory, Path bundle, InetSocketAddress zookeeper) {
    HostPort any = new HostPort("127.0.0.1", 0);
    return new NodeConfig(
        NODE,
        bundle,
        directory.resolve("data"),
        List.of(),
        "127.0.0.1:" + zookeeper.getPort(),
        SESSION_TIMEOUT,
        "127.0.0.1",
        any,
        any,
        any,
        any,
        List.of(LaneTransport.TCP),
        NodeConfig.Limits.DEFAULT);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
