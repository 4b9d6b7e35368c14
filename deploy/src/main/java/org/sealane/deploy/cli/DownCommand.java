package org.sealane.deploy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.sealane.deploy.local.LocalCluster;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sealane down}: stops what {@code up} started. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = "Stops a local cluster's processes in order; its files stay.")
final class DownCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the cluster's files are (default: ./.sealane).")
  private Path directory;

  @Override
  public Integer call() throws CliFailure, InterruptedException {
    Console console = Console.of(spec);
    try {
      LocalCluster cluster = LocalCluster.open(ClusterOptions.local(directory));
      List<String> killed = cluster.stop();
      if (!killed.isEmpty()) {
        throw new CliFailure(
            "killed, since they did not stop in time: "
                + String.join(", ", killed)
                + "; see "
                + cluster.directory().log(killed.getFirst()));
      }
      console.line("stopped; the cluster's files are in " + cluster.directory().root());
      return 0;
    } catch (IOException e) {
      throw new CliFailure(e.getMessage(), e);
    }
  }
}
