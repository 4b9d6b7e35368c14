package org.sealane.deploy.cli;

import java.util.List;
import java.util.Map;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.files.VolumePath;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.HostPort;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which node of a cluster a command goes through. */
final class ViaOptions {
  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--via",
      paramLabel = "NODE",
      description = "The node whose namespace is used (default: the first that answers).")
  private String node;

  /** A client for the node's admin port. The caller closes it. */
  AdminClient client() throws CliFailure, AdminException {
    AdminClient any = cluster.client();
    if (node == null) {
      return any;
    }
    try (any) {
      return cluster.client(List.of(adminAddress(any, node)));
    }
  }

  /** Where the node {@code name} administers; it must be live. */
  static HostPort adminAddress(AdminClient client, String name) throws CliFailure, AdminException {
    ClusterStatus status = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
    for (ClusterStatus.Node known : status.nodes()) {
      if (known.name().equals(name)) {
        if (known.admin() == null) {
          throw new CliFailure("node " + name + " is " + known.state() + ", not live");
        }
        return new HostPort(known.admin().host(), known.admin().port());
      }
    }
    throw new CliFailure(
        "there is no node "
            + name
            + "; the cluster has "
            + String.join(", ", status.nodes().stream().map(ClusterStatus.Node::name).toList()));
  }

  /** Parses a place in a volume; a wrong one is a wrong use of the command. */
  static VolumePath place(CommandSpec spec, String text) {
    try {
      return VolumePath.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
