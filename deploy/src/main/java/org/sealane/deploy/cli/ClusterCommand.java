package org.sealane.deploy.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.sealane.deploy.enrol.ClusterKeys;
import org.sealane.smb.auth.CredentialsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sealane cluster}: a cluster's own keys. */
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description = "A cluster's keys.",
    subcommands = ClusterCommand.Init.class)
final class ClusterCommand {

  /** Makes the keys of a new cluster. */
  @Command(
      name = "init",
      mixinStandardHelpOptions = true,
      description = "Makes the keys of a new cluster: its CA's and the administrator's.")
  static final class Init implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--name", paramLabel = "NAME", required = true)
    private String name;

    @Option(names = "--credentials", paramLabel = "DIR", required = true)
    private Path credentials;

    @Override
    public Integer call() throws CliFailure {
      ClusterKeys keys;
      try {
        keys = ClusterKeys.create(name, credentials);
      } catch (CredentialsException | IllegalArgumentException e) {
        throw new CliFailure(e.getMessage(), e);
      }
      Console console = Console.of(spec);
      console.line("cluster " + keys.clusterName() + " " + keys.clusterId());
      console.line(
          credentials
              + " holds ca.key (enrolls nodes; keep it offline) and admin.key (signs every"
              + " change)");
      return 0;
    }
  }
}
