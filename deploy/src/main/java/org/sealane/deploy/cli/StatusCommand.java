package org.sealane.deploy.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.status.ClusterStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sealane status}: what there is, who is live, what is sealed. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows the cluster: nodes, volumes, disks, lanes.")
final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterOptions cluster;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws CliFailure, AdminException {
    try (AdminClient client = cluster.client()) {
      ClusterStatus status = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
      output.print(Console.of(spec).out(), status, () -> StatusTables.render(status));
    }
    return 0;
  }
}
