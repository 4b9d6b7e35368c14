package org.sealane.deploy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.draft.DraftException;
import org.sealane.deploy.status.ClusterStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealane volume}: the volumes of a cluster. */
@Command(
    name = "volume",
    mixinStandardHelpOptions = true,
    description = "Volumes of the cluster.",
    subcommands = {
      VolumeCommand.Create.class,
      VolumeCommand.ListVolumes.class,
      VolumeCommand.Show.class,
      VolumeCommand.Move.class,
      VolumeSetCommand.class,
      VolumeCommand.Delete.class
    })
final class VolumeCommand {

  /** Makes a volume. */
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = {
        "Creates a volume in a directory of its owner; its policy is the default one.",
        "Several nodes that may own it need a directory that is one and the same on all of them."
      })
  static final class Create implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;

    @Parameters(paramLabel = "NAME")
    private String name;

    @Option(
        names = "--owner",
        paramLabel = "NODE",
        split = ",",
        required = true,
        description = "Who may own it; the first is the one meant, others take over from it.")
    private List<String> owners;

    @Option(
        names = "--shared-backing",
        description = "PATH is one directory, which every owner candidate sees. It is proven.")
    private boolean sharedBacking;

    @Option(
        names = "--path",
        paramLabel = "PATH",
        required = true,
        description =
            "The directory on the owner, below one of its roots. In a local cluster a relative one"
                + " is made in the node's storage directory, or with --shared-backing in the one"
                + " that the nodes share.")
    private Path path;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      if (owners.size() > 1 && !sharedBacking) {
        throw new ParameterException(
            spec.commandLine(),
            "several --owner need --shared-backing: PATH must be one directory that all of them"
                + " see");
      }
      try (AdministratorOptions.Session session = administrator.open()) {
        Path directory = path;
        if (!path.isAbsolute()) {
          directory =
              sharedBacking
                  ? administrator.localSharedStorage(owners).resolve(path)
                  : administrator.localStorage(owners.getFirst()).resolve(path);
          Files.createDirectories(directory);
        }
        session
            .administrator()
            .createVolume(name, owners, directory.normalize().toString(), sharedBacking);
      } catch (IOException e) {
        throw new CliFailure("the directory can not be made: " + e.getMessage(), e);
      }
      Console.of(spec)
          .progress(
              "volume "
                  + name
                  + " created, owned by "
                  + (owners.size() == 1
                      ? owners.getFirst()
                      : "one of " + String.join(", ", owners)));
      return 0;
    }
  }

  /** Lists volumes. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the volumes of the cluster.")
  static final class ListVolumes implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ClusterOptions cluster;
    @Mixin private OutputOption output;

    @Override
    public Integer call() throws CliFailure, AdminException {
      try (AdminClient client = cluster.client()) {
        ClusterStatus status = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
        output.print(Console.of(spec).out(), status.volumes(), () -> StatusTables.volumes(status));
      }
      return 0;
    }
  }

  /** One volume with its disks and lanes. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Shows one volume with its disks and lanes.")
  static final class Show implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ClusterOptions cluster;
    @Mixin private OutputOption output;

    @Parameters(paramLabel = "NAME")
    private String name;

    @Override
    public Integer call() throws CliFailure, AdminException {
      try (AdminClient client = cluster.client()) {
        ClusterStatus all = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
        List<ClusterStatus.Volume> found =
            all.volumes().stream().filter(volume -> volume.name().equals(name)).toList();
        if (found.isEmpty()) {
          throw new CliFailure("there is no volume named " + name);
        }
        ClusterStatus one =
            new ClusterStatus(
                all.cluster(),
                all.zookeeper(),
                all.nodes(),
                found,
                all.disks().stream().filter(disk -> disk.volume().equals(name)).toList(),
                all.lanes().stream().filter(lane -> lane.volume().equals(name)).toList());
        output.print(
            Console.of(spec).out(),
            Map.of("volume", found.getFirst(), "disks", one.disks(), "lanes", one.lanes()),
            () -> StatusTables.render(one));
      }
      return 0;
    }
  }

  /** Moves a volume to another of its owner candidates. */
  @Command(
      name = "move",
      mixinStandardHelpOptions = true,
      description = {
        "Has another of its owner candidates own a volume, while it is in use.",
        "The owner ends what is under way and lets go; what is asked meanwhile waits."
      })
  static final class Move implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;

    @Parameters(paramLabel = "NAME")
    private String name;

    @Option(names = "--to", paramLabel = "NODE", required = true)
    private String node;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      try (AdministratorOptions.Session session = administrator.open()) {
        session.administrator().moveVolume(name, node);
      }
      Console.of(spec).progress("volume " + name + " moved to " + node);
      return 0;
    }
  }

  /** Takes a volume out of the cluster. */
  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Takes a volume out of the cluster; its files stay where they are.")
  static final class Delete implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;

    @Parameters(paramLabel = "NAME")
    private String name;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      try (AdministratorOptions.Session session = administrator.open()) {
        session.administrator().deleteVolume(name);
      }
      Console.of(spec).progress("volume " + name + " deleted");
      return 0;
    }
  }
}
