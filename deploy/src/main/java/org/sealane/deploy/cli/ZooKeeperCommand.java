package org.sealane.deploy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.sealane.deploy.units.HostPort;
import org.sealane.deploy.zookeeper.EmbeddedZooKeeper;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sealane zookeeper}: what {@code up} runs for a local cluster; not for real ones. */
@Command(
    name = "zookeeper",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "The ZooKeeper of a local cluster.",
    subcommands = ZooKeeperCommand.Run.class)
final class ZooKeeperCommand {
  /** Serves until the process is told to stop. */
  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      description = "Runs a ZooKeeper server until SIGTERM.")
  static final class Run implements Callable<Integer> {
    @Option(names = "--data-dir", paramLabel = "DIR", required = true)
    private Path dataDirectory;

    @Option(names = "--listen", paramLabel = "HOST:PORT", required = true)
    private String listen;

    @Override
    public Integer call() throws CliFailure, InterruptedException {
      System.setProperty("sealane.log.dir", dataDirectory.resolve("log").toString());
      try (EmbeddedZooKeeper server =
          EmbeddedZooKeeper.start(dataDirectory, HostPort.parse(listen).resolve())) {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
        if (!server.awaitEnd()) {
          throw new CliFailure("ZooKeeper has given up; its log in " + dataDirectory + " says why");
        }
        return 0;
      } catch (IOException | IllegalArgumentException e) {
        throw new CliFailure("zookeeper: " + e.getMessage(), e);
      }
    }
  }
}
