package org.sealane.deploy.cli;

import java.io.PrintWriter;
import java.util.List;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.draft.DraftException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root of the {@code sealane} command. */
@Command(
    name = "sealane",
    mixinStandardHelpOptions = true,
    version = "sealane 0.1.0",
    description = "Seals the storage traffic between the nodes of a cluster.",
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      DownCommand.class,
      StatusCommand.class,
      VolumeCommand.class,
      DiskCommand.class,
      PolicyCommand.class,
      UserCommand.class,
      ServerCommand.class,
      ClientCommand.class,
      CpCommand.class,
      LsCommand.class,
      BenchCommand.class,
      AuditCommand.class,
      VerifyWireCommand.class,
      ClusterCommand.class,
      NodeCommand.class,
      ZooKeeperCommand.class,
      TrainCommand.class,
      HelpCommand.class
    })
public final class Main implements Runnable {
  /** Commands that run until they are told to end, and log as daemons do. */
  private static final List<List<String>> DAEMONS =
      List.of(List.of("node", "run"), List.of("zookeeper", "run"));

  private static final int FAILED = 1;
  private static final int USAGE = 2;

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs the command and exits with its code. */
  public static void main(String[] arguments) {
    // Before the first logger is made.
    boolean daemon = arguments.length >= 2 && DAEMONS.contains(List.of(arguments).subList(0, 2));
    System.setProperty(
        "logback.configurationFile", daemon ? "logback-node.xml" : "logback-command.xml");
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(failed())
        .setParameterExceptionHandler(misused());
  }

  private static IExecutionExceptionHandler failed() {
    return (exception, command, _) -> {
      PrintWriter err = command.getErr();
      switch (exception) {
        case CliFailure failure -> err.println("sealane: " + oneLine(failure.getMessage()));
        case AdminException failure -> err.println("sealane: " + oneLine(failure.getMessage()));
        case DraftException failure -> err.println("sealane: " + oneLine(failure.getMessage()));
        default -> {
          err.println("sealane: this is a bug: " + exception);
          LoggerFactory.getLogger(Main.class).error("a bug in {}", command, exception);
        }
      }
      err.flush();
      return FAILED;
    };
  }

  private static IParameterExceptionHandler misused() {
    return (exception, _) -> {
      CommandLine command = exception.getCommandLine();
      PrintWriter err = command.getErr();
      err.println("sealane: " + oneLine(exception.getMessage()));
      UnmatchedArgumentException.printSuggestions(exception, err);
      err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
      err.flush();
      return USAGE;
    };
  }

  private static String oneLine(String message) {
    return String.valueOf(message).replaceAll("\\s*\\R\\s*", " ");
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
