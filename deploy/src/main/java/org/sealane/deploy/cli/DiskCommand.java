package org.sealane.deploy.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.draft.DraftException;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.ByteSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealane disk}: the disks of a cluster. */
@Command(
    name = "disk",
    mixinStandardHelpOptions = true,
    description = "Disks of the cluster's nodes.",
    subcommands = {DiskCommand.Add.class, DiskCommand.ListDisks.class, DiskCommand.Remove.class})
final class DiskCommand {

  /** Makes a disk known. */
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Exports a file or block device of a node as a disk.")
  static final class Add implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;

    @Parameters(paramLabel = "NAME")
    private String name;

    @Option(names = "--node", paramLabel = "NODE", required = true)
    private String node;

    @Option(
        names = "--path",
        paramLabel = "PATH",
        required = true,
        description =
            "The file or device on the node, below one of its roots. In a local cluster a relative"
                + " one is in the node's storage directory.")
    private Path path;

    @Option(
        names = "--size",
        paramLabel = "SIZE",
        description = "Makes a missing file of this size, as 1GiB.")
    private String size;

    @Option(
        names = "--volume",
        paramLabel = "VOLUME",
        required = true,
        description = "The volume whose policy governs its traffic.")
    private String volume;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      Long bytes = size == null ? null : parseSize();
      try (AdministratorOptions.Session session = administrator.open()) {
        Path file = path.isAbsolute() ? path : administrator.localStorage(node).resolve(path);
        session.administrator().addDisk(name, node, file.normalize().toString(), bytes, volume);
      }
      Console.of(spec).progress("disk " + name + " added");
      return 0;
    }

    private long parseSize() {
      try {
        return ByteSize.parse(size);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), "--size: " + e.getMessage(), e);
      }
    }
  }

  /** Lists disks. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the disks of the cluster.")
  static final class ListDisks implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ClusterOptions cluster;
    @Mixin private OutputOption output;

    @Override
    public Integer call() throws CliFailure, AdminException {
      try (AdminClient client = cluster.client()) {
        ClusterStatus status = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
        output.print(Console.of(spec).out(), status.disks(), () -> StatusTables.disks(status));
      }
      return 0;
    }
  }

  /** Takes a disk out of the cluster. */
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Takes a disk out of the cluster; what is on it stays.")
  static final class Remove implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;

    @Parameters(paramLabel = "NAME")
    private String name;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      try (AdministratorOptions.Session session = administrator.open()) {
        session.administrator().removeDisk(name);
      }
      Console.of(spec).progress("disk " + name + " removed");
      return 0;
    }
  }
}
