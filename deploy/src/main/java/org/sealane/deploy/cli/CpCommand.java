package org.sealane.deploy.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.FileRoutes;
import org.sealane.deploy.files.VolumePath;
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
    description = "Copies a file between this machine and a volume.")
final class CpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ViaOptions via;

  @Parameters(index = "0", paramLabel = "SRC", description = "A file, or VOLUME:/path.")
  private String source;

  @Parameters(index = "1", paramLabel = "DST", description = "A file, or VOLUME:/path.")
  private String destination;

  @Override
  public Integer call() throws CliFailure, AdminException {
    if (VolumePath.isOne(source) == VolumePath.isOne(destination)) {
      throw new ParameterException(
          spec.commandLine(), "one of SRC and DST is a file here, the other VOLUME:/path");
    }
    try (AdminClient client = via.client()) {
      if (VolumePath.isOne(source)) {
        download(client, VolumePath.parse(source), Path.of(destination));
      } else {
        upload(client, Path.of(source), VolumePath.parse(destination));
      }
    } catch (IOException e) {
      throw new CliFailure(e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return 0;
  }

  private static Map<String, String> parameters(VolumePath place) {
    return Map.of("volume", place.volume(), "path", VolumePath.text(place.path()));
  }

  private void upload(AdminClient client, Path from, VolumePath to)
      throws CliFailure, AdminException, IOException {
    if (!Files.isRegularFile(from)) {
      throw new CliFailure(from + (Files.exists(from) ? " is not a file" : ": no such file"));
    }
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
    Path target = Files.isDirectory(to) ? to.resolve(from.path().name()) : to;
    Path directory = target.toAbsolutePath().getParent();
    Path part = Files.createTempFile(directory, ".sealane-", ".part");
    try (InputStream content = client.stream(FileRoutes.FILE, parameters(from))) {
      Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
