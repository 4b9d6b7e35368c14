package org.sealane.deploy.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.DocumentMessages.Reasserted;
import org.sealane.deploy.admin.DocumentMessages.Reassertion;
import org.sealane.deploy.admin.DocumentRoutes;
import org.sealane.deploy.status.ClusterStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code sealane policy reassert}: has every live node put back what it remembers. Needs no admin
 * key, for nothing is signed.
 */
@Command(
    name = "reassert",
    mixinStandardHelpOptions = true,
    description =
        "Repairs a ZooKeeper that was restored from a backup: each node writes back what it"
            + " remembers of the volume and of the cluster. Nothing new is signed.")
final class PolicyReassertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterOptions cluster;
  @Mixin private OutputOption output;

  @Parameters(paramLabel = "VOLUME")
  private String volume;

  @Override
  public Integer call() throws CliFailure, AdminException {
    List<Reasserted> answers = new ArrayList<>();
    List<String> silent = new ArrayList<>();
    try (AdminClient any = cluster.client()) {
      for (ClusterStatus.Node node :
          any.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class).nodes()) {
        if (node.admin() == null) {
          continue;
        }
        try (AdminClient there =
            cluster.client(List.of(ViaOptions.adminAddress(any, node.name())))) {
          answers.add(
              there.post(
                  DocumentRoutes.REASSERT, Map.of(), new Reassertion(volume), Reasserted.class));
        } catch (AdminException e) {
          // The others' memory counts all the same.
          if (e.kind() != AdminException.Kind.ABSENT) {
            silent.add(node.name() + " (" + e.getMessage() + ")");
          }
        }
      }
    }
    if (answers.isEmpty() && silent.isEmpty()) {
      throw new CliFailure("no live node remembers a volume named " + volume);
    }
    output.print(Console.of(spec).out(), answers, () -> PolicyTables.reasserted(answers));
    if (!silent.isEmpty()) {
      throw new CliFailure(
          "not asked, and may remember more: "
              + String.join(", ", silent)
              + "; run this again when they answer");
    }
    return 0;
  }
}
