package org.sealane.deploy.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.FileRoutes;
import org.sealane.deploy.files.VolumePath;
import org.sealane.deploy.units.ByteSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealane ls}: what is in a directory of a volume. */
@Command(
    name = "ls",
    mixinStandardHelpOptions = true,
    description = "Lists a directory of a volume.")
final class LsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ViaOptions via;
  @Mixin private OutputOption output;

  @Parameters(paramLabel = "VOLUME:/path")
  private String place;

  @Override
  public Integer call() throws CliFailure, AdminException {
    VolumePath path = ViaOptions.place(spec, place);
    try (AdminClient client = via.client()) {
      FileRoutes.Listing listing =
          client.get(
              FileRoutes.DIRECTORY,
              Map.of("volume", path.volume(), "path", VolumePath.text(path.path())),
              FileRoutes.Listing.class);
      output.print(Console.of(spec).out(), listing.entries(), () -> table(listing));
    }
    return 0;
  }

  private static String table(FileRoutes.Listing listing) {
    Table table = new Table("SIZE", "MODIFIED", "NAME");
    for (FileRoutes.Entry entry : listing.entries()) {
      table.row(
          entry.directory() ? null : ByteSize.rounded(entry.sizeBytes()),
          entry.modified(),
          entry.directory() ? entry.name() + "/" : entry.name());
    }
    return table.render();
  }
}
