package org.sealane.deploy.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.FileRoutes;
import org.sealane.deploy.files.ServerShare;
import org.sealane.deploy.files.UncPath;
import org.sealane.deploy.files.VolumePath;
import org.sealane.deploy.units.ByteSize;
import org.sealane.smb.share.ShareException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealane ls}: what is in a directory of a volume. */
@Command(
    name = "ls",
    mixinStandardHelpOptions = true,
    description = "Lists a directory of a volume, or of a share of any SMB server.")
final class LsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ViaOptions via;
  @Mixin private OutputOption output;

  @Mixin private ServerOptions server;

  @Parameters(paramLabel = "PLACE", description = "VOLUME:/path, or //HOST[:PORT]/SHARE/path.")
  private String place;

  @Override
  public Integer call() throws CliFailure, AdminException {
    FileRoutes.Listing listing = UncPath.isOne(place) ? onServer(server.place(place)) : onVolume();
    output.print(Console.of(spec).out(), listing.entries(), () -> table(listing));
    return 0;
  }

  private FileRoutes.Listing onVolume() throws CliFailure, AdminException {
    VolumePath path = ViaOptions.place(spec, place);
    if (server.areGiven()) {
      throw new ParameterException(
          spec.commandLine(), "--user and --require-... are for " + UncPath.ACCEPTED);
    }
    try (AdminClient client = via.client()) {
      return client.get(
          FileRoutes.DIRECTORY,
          Map.of("volume", path.volume(), "path", VolumePath.text(path.path())),
          FileRoutes.Listing.class);
    }
  }

  private FileRoutes.Listing onServer(UncPath path) throws CliFailure {
    try (ServerShare share = server.open(path)) {
      Console.of(spec).progress(share.protection());
      return FileRoutes.Listing.of(share.files().list(path.path()));
    } catch (ShareException e) {
      throw new CliFailure(path + ": " + e.getMessage(), e);
    }
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
