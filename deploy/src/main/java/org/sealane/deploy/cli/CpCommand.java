package org.sealane.deploy.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.FileRoutes;
import org.sealane.deploy.files.ServerShare;
import org.sealane.deploy.files.UncPath;
import org.sealane.deploy.files.VolumeFiles;
import org.sealane.deploy.files.VolumePath;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.SharePath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealane cp}: one file into a volume or out of it. */
@Command(
    name = "cp",
    mixinStandardHelpOptions = true,
    description = "Copies a file between this machine and a volume, or a share of any SMB server.")
final class CpCommand implements Callable<Integer> {
  private static final String PLACES = "A file, VOLUME:/path, or //HOST[:PORT]/SHARE/path.";

  @Spec private CommandSpec spec;
  @Mixin private ViaOptions via;
  @Mixin private ServerOptions server;

  @Parameters(index = "0", paramLabel = "SRC", description = PLACES)
  private String source;

  @Parameters(index = "1", paramLabel = "DST", description = PLACES)
  private String destination;

  @Override
  public Integer call() throws CliFailure, AdminException {
    boolean remoteSource = VolumePath.isOne(source) || UncPath.isOne(source);
    if (remoteSource == (VolumePath.isOne(destination) || UncPath.isOne(destination))) {
      throw new ParameterException(
          spec.commandLine(),
          "one of SRC and DST is a file here, the other VOLUME:/path or " + UncPath.ACCEPTED);
    }
    String remote = remoteSource ? source : destination;
    try {
      if (UncPath.isOne(remote)) {
        copyOnServer(server.place(remote), remoteSource);
      } else if (server.areGiven()) {
        throw new ParameterException(
            spec.commandLine(), "--user and --require-... are for " + UncPath.ACCEPTED);
      } else {
        copyOnVolume(remoteSource);
      }
    } catch (IOException e) {
      throw new CliFailure(e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return 0;
  }

  private void copyOnVolume(boolean download) throws CliFailure, AdminException, IOException {
    try (AdminClient client = via.client()) {
      if (download) {
        download(client, VolumePath.parse(source), Path.of(destination));
      } else {
        upload(client, Path.of(source), VolumePath.parse(destination));
      }
    }
  }

  private void copyOnServer(UncPath place, boolean download) throws CliFailure, IOException {
    Path local = Path.of(download ? destination : source);
    if (!download) {
      requireFile(local);
    }
    try (ServerShare share = server.open(place)) {
      Console.of(spec).progress(share.protection());
      if (download) {
        try (VolumeFiles.Reader reader = share.files().open(place.path())) {
          receive(local, place.path().name(), reader::transferTo);
        }
      } else {
        SharePath path =
            destination.endsWith("/")
                ? VolumePath.child(place.path(), local.getFileName().toString())
                : place.path();
        try (InputStream content = Files.newInputStream(local)) {
          share.files().write(path, content);
        }
      }
    } catch (ShareException e) {
      throw new CliFailure(place + ": " + e.getMessage(), e);
    }
  }

  private static void requireFile(Path from) throws CliFailure {
    if (!Files.isRegularFile(from)) {
      throw new CliFailure(from + (Files.exists(from) ? " is not a file" : ": no such file"));
    }
  }

  private static Map<String, String> parameters(VolumePath place) {
    return Map.of("volume", place.volume(), "path", VolumePath.text(place.path()));
  }

  private void upload(AdminClient client, Path from, VolumePath to)
      throws CliFailure, AdminException, IOException {
    requireFile(from);
    VolumePath target = destination.endsWith("/") ? in(to, from.getFileName().toString()) : to;
    try {
      client.put(FileRoutes.FILE, parameters(target), BodyPublishers.ofFile(from));
    } catch (FileNotFoundException e) {
      throw new CliFailure(from + " can not be read", e);
    }
  }

  private static VolumePath in(VolumePath directory, String name) {
    return new VolumePath(directory.volume(), VolumePath.child(directory.path(), name));
  }

  private static void download(AdminClient client, VolumePath from, Path to)
      throws AdminException, IOException {
    try (InputStream content = client.stream(FileRoutes.FILE, parameters(from))) {
      receive(to, from.path().name(), content::transferTo);
    }
  }

  /** Writes what comes. */
  @FunctionalInterface
  private interface Content<E extends Exception> {
    void transferTo(OutputStream out) throws IOException, E;
  }

  /** Makes the file {@code to}, or {@code name} in it, whole or not at all. */
  private static <E extends Exception> void receive(Path to, String name, Content<E> content)
      throws IOException, E {
    Path target = Files.isDirectory(to) ? to.resolve(name) : to;
    Path part = Files.createTempFile(target.toAbsolutePath().getParent(), ".sealane-", ".part");
    try {
      try (OutputStream out = Files.newOutputStream(part)) {
        content.transferTo(out);
      }
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
