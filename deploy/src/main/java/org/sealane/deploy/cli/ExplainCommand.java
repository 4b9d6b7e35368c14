package org.sealane.deploy.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.explain.ExplainMessages;
import org.sealane.deploy.explain.ExplainMessages.Explained;
import org.sealane.deploy.explain.ExplainMessages.Node;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.HostPort;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code sealane policy explain}: what lanes run under, why, and what stops them being stronger.
 */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description =
        "Asks every node what its lanes of the volume run under, why, since when, and what stops"
            + " them being stronger.")
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterOptions cluster;
  @Mixin private OutputOption output;

  @Parameters(paramLabel = "VOLUME")
  private String volume;

  @Override
  public Integer call() throws CliFailure, AdminException {
    Explained explained = ask(cluster, volume);
    output.print(Console.of(spec).out(), explained, () -> ExplainTables.render(explained));
    return 0;
  }

  /** Asks every node about its lanes of {@code volume}, which must be there. */
  static Explained ask(ClusterOptions cluster, String volume) throws CliFailure, AdminException {
    ClusterStatus status;
    try (AdminClient client = cluster.client()) {
      status = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
    }
    if (status.volumes().stream().noneMatch(known -> known.name().equals(volume))) {
      throw new CliFailure("there is no volume named " + volume);
    }
    List<Node> nodes = new ArrayList<>();
    List<String> silent = new ArrayList<>();
    for (ClusterStatus.Node node : status.nodes()) {
      if (node.admin() == null) {
        silent.add("%s is %s, so it can not be asked".formatted(node.name(), node.state()));
      } else {
        HostPort address = new HostPort(node.admin().host(), node.admin().port());
        ask(cluster, node.name(), address, volume, nodes, silent);
      }
    }
    return new Explained(volume, nodes, silent);
  }

  private static void ask(
      ClusterOptions cluster,
      String name,
      HostPort address,
      String volume,
      List<Node> nodes,
      List<String> silent)
      throws CliFailure {
    try (AdminClient client = cluster.client(List.of(address))) {
      nodes.add(client.get(ExplainMessages.PATH, Map.of("volume", volume), Node.class));
    } catch (AdminException e) {
      silent.add("%s could not be asked: %s".formatted(name, e.getMessage()));
    }
  }
}
