package org.sealane.deploy.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.config.ConfigException;
import org.sealane.deploy.config.NodeConfig;
import org.sealane.deploy.config.NodeConfigFile;
import org.sealane.deploy.enrol.ClusterKeys;
import org.sealane.deploy.node.NodeRuntime;
import org.sealane.deploy.node.NodeStartException;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.smb.auth.CredentialsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealane node}: nodes of a cluster, and the daemon of one. */
@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    description = "Nodes of a cluster.",
    subcommands = {NodeCommand.Enroll.class, NodeCommand.Run.class, NodeCommand.ListNodes.class})
final class NodeCommand {

  /** Makes what lets a node in. */
  @Command(
      name = "enroll",
      mixinStandardHelpOptions = true,
      description = "Writes the join bundle of a new node: its key and certificate.")
  static final class Enroll implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "NODE", description = "The node's name.")
    private String node;

    @Option(names = "--credentials", paramLabel = "DIR", required = true)
    private Path credentials;

    @Option(names = "--bundle", paramLabel = "OUT", required = true)
    private Path bundle;

    @Override
    public Integer call() throws CliFailure {
      if (Files.exists(bundle)) {
        throw new CliFailure(bundle + ": exists already; remove it or take another name");
      }
      try {
        ClusterKeys.load(credentials).enroll(node).store(bundle);
      } catch (CredentialsException | IllegalArgumentException e) {
        throw new CliFailure(e.getMessage(), e);
      }
      Console.of(spec)
          .line(bundle + " lets " + node + " in; it holds the node's key: keep it secret");
      return 0;
    }
  }

  /** The daemon. */
  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      description = "Runs a node until SIGTERM, which drains it and leaves the cluster.")
  static final class Run implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", required = true)
    private Path config;

    @Option(names = "--check", description = "Only check the configuration and what it names.")
    private boolean check;

    @Override
    public Integer call() throws CliFailure, InterruptedException {
      try {
        NodeConfig parsed = NodeConfigFile.read(config);
        // Before the first logger is made.
        System.setProperty("sealane.log.dir", parsed.dataDirectory().resolve("log").toString());
        if (check) {
          NodeRuntime.check(parsed);
          Console.of(spec).line(config + ": good, node " + parsed.name());
          return 0;
        }
        runUntilStopped(parsed);
        return 0;
      } catch (ConfigException | NodeStartException e) {
        throw new CliFailure(e.getMessage(), e);
      }
    }

    private static void runUntilStopped(NodeConfig config)
        throws NodeStartException, InterruptedException {
      NodeRuntime node = NodeRuntime.start(config);
      CountDownLatch stopped = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .name("drain")
                  .unstarted(() -> {
                    node.close();
                    stopped.countDown();
                  }));
      stopped.await();
    }
  }

  /** Who is in the cluster. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the nodes of the cluster.")
  static final class ListNodes implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ClusterOptions cluster;
    @Mixin private OutputOption output;

    @Override
    public Integer call() throws CliFailure, AdminException {
      try (AdminClient client = cluster.client()) {
        ClusterStatus status = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
        output.print(Console.of(spec).out(), status.nodes(), () -> StatusTables.nodes(status));
      }
      return 0;
    }
  }
}
