package org.sealane.deploy.cli;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.draft.DraftException;
import org.sealane.smb.auth.ntlm.NtHash;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealane user}: who may come with an SMB client. */
@Command(
    name = "user",
    mixinStandardHelpOptions = true,
    description = "Users who reach volumes with SMB clients.",
    subcommands = {UserCommand.Add.class, UserCommand.ListUsers.class, UserCommand.Remove.class})
final class UserCommand {

  /** Makes an account. */
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Makes an account. It gets into no volume until 'volume set --grant'.")
  static final class Add implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;

    @Parameters(paramLabel = "NAME")
    private String name;

    @Option(
        names = "--password-stdin",
        required = true,
        description = "Reads the password from the first line of standard input.")
    private boolean passwordStdin;

    @Option(
        names = "--replace",
        description = "Changes the password of an account that is there; its grants stay.")
    private boolean replace;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      char[] password = PasswordInput.read(System.in);
      try (AdministratorOptions.Session session = administrator.open()) {
        session.clients().addUser(name, NtHash.of(password), replace);
      } finally {
        Arrays.fill(password, '\0');
      }
      Console.of(spec).progress("user " + name + (replace ? " has another password" : " added"));
      return 0;
    }
  }

  /** Lists accounts. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the users; needs the data key.")
  static final class ListUsers implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;
    @Mixin private OutputOption output;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      try (AdministratorOptions.Session session = administrator.open()) {
        List<String> names = List.copyOf(session.clients().users().keySet());
        output.print(
            Console.of(spec).out(),
            names,
            () -> {
              Table table = new Table("NAME");
              names.forEach(table::row);
              return table.render();
            });
      }
      return 0;
    }
  }

  /** Removes an account. */
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Removes an account. Its sessions go on until 'server disconnect'.")
  static final class Remove implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;

    @Parameters(paramLabel = "NAME")
    private String name;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      try (AdministratorOptions.Session session = administrator.open()) {
        session.clients().removeUser(name);
      }
      Console.of(spec).progress("user " + name + " removed");
      return 0;
    }
  }
}
