package org.sealane.deploy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.demo.Demo;
import org.sealane.deploy.demo.DemoFailure;
import org.sealane.deploy.demo.DemoResult;
import org.sealane.deploy.draft.DraftException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sealane demo}: the main job, start to finish. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Shows the main job on a cluster of its own: real files and blocks, a level turned under"
            + " load, a look at the wire, a benchmark, a report.")
final class DemoCommand implements Callable<Integer> {
  private static final Path DIRECTORY = Path.of(".sealane-demo");
  private static final Path REPORT = Path.of("report");
  private static final int NODES = 3;

  @Spec private CommandSpec spec;

  @Option(names = "--keep", description = "Leave the cluster's files in " + ".sealane-demo" + ".")
  private boolean keep;

  @Override
  public Integer call() throws CliFailure, AdminException, InterruptedException {
    Console console = Console.of(spec);
    console.line("Three nodes and a ZooKeeper, as processes of this machine");
    try (ScratchCluster cluster =
        ScratchCluster.start(DIRECTORY, NODES, keep, line -> console.line("  " + line))) {
      DemoResult result = new Demo(cluster, console::line).play();
      Path page = result.write(REPORT);
      console.line("");
      console.line("All held. The report is " + page);
    } catch (DemoFailure | DraftException | IOException e) {
      throw new CliFailure(e.getMessage(), e);
    }
    return 0;
  }
}
