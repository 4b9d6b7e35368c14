package org.sealane.deploy.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.sealane.cluster.document.DocumentContent.Grant;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.draft.DraftException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealane volume set}: what users' clients may do on a volume. */
@Command(
    name = "set",
    mixinStandardHelpOptions = true,
    description =
        "Says who may use a volume with an SMB client, and whether that client must encrypt. What"
            + " travels between nodes is 'policy set's.")
final class VolumeSetCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdministratorOptions administrator;

  @Parameters(paramLabel = "NAME")
  private String name;

  @Option(
      names = "--encrypt-data",
      paramLabel = "on|off",
      converter = OnOff.Converter.class,
      description = "Whether clients must encrypt on this volume.")
  private OnOff encryptData;

  @Option(
      names = "--grant",
      paramLabel = "USER:read|change|full",
      description = "Lets a user in, or changes what it may do.")
  private List<String> grants = List.of();

  @Option(names = "--revoke", paramLabel = "USER", description = "Keeps a user out.")
  private List<String> revoked = List.of();

  @Override
  public Integer call() throws CliFailure, AdminException, DraftException {
    Map<String, Grant> wanted = new TreeMap<>();
    for (String grant : grants) {
      int colon = grant.lastIndexOf(':');
      Optional<Grant> word = Grant.ofWord(grant.substring(colon + 1));
      if (colon < 1 || word.isEmpty()) {
        throw new ParameterException(
            spec.commandLine(), "--grant: '" + grant + "' is not USER:read|change|full");
      }
      wanted.put(grant.substring(0, colon), word.get());
    }
    if (encryptData == null && wanted.isEmpty() && revoked.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "nothing to set: give --encrypt-data, --grant or --revoke");
    }
    try (AdministratorOptions.Session session = administrator.open()) {
      session
          .clients()
          .setShare(name, Optional.ofNullable(encryptData).map(OnOff::isOn), wanted, revoked);
    }
    Console.of(spec).progress("volume " + name + " set");
    return 0;
  }
}
