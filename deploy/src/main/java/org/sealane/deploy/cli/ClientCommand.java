package org.sealane.deploy.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.sealane.deploy.files.Protection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sealane client}: what this user's {@code cp} and {@code ls} ask of SMB servers. */
@Command(
    name = "client",
    mixinStandardHelpOptions = true,
    description = "What this user's cp and ls ask of SMB servers.",
    subcommands = {ClientCommand.Show.class, ClientCommand.Set.class})
final class ClientCommand {

  /** Shows the patterns. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Shows which UNC paths are hardened, and how.")
  static final class Show implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OutputOption output;

    @Override
    public Integer call() throws CliFailure {
      ClientSettingsFile.Content content = ClientSettingsFile.ofUser().read();
      output.print(
          Console.of(spec).out(),
          content,
          () -> {
            Table table = new Table("PATTERN", "REQUIRES");
            new TreeMap<>(content.harden()).forEach(table::row);
            return table.render();
          });
      return 0;
    }
  }

  /** Changes the patterns. */
  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description = {
        "Hardens UNC paths. Signing is what every connection has at least; privacy means encrypted"
            + " or not at all.",
        "PATTERN is //HOST/SHARE, where * stands for any characters. 'off' takes a pattern out."
      })
  static final class Set implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--harden", required = true, paramLabel = "PATTERN=privacy|signing|off")
    private List<String> harden = new ArrayList<>();

    @Override
    public Integer call() throws CliFailure {
      Map<String, String> wanted = new TreeMap<>();
      for (String text : harden) {
        int at = text.lastIndexOf('=');
        String pattern = text.substring(0, Math.max(at, 0)).replace('\\', '/');
        String word = text.substring(at + 1);
        if (!ClientSettingsFile.isPattern(pattern)
            || !word.equals("off") && Protection.ofWord(word).isEmpty()) {
          throw new ParameterException(
              spec.commandLine(),
              "--harden: '" + text + "' is not //HOST/SHARE=privacy|signing|off");
        }
        wanted.put(pattern, word);
      }
      ClientSettingsFile.ofUser().change(wanted);
      return 0;
    }
  }
}
