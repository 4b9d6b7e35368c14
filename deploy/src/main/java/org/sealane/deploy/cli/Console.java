package org.sealane.deploy.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command writes: results to standard output, progress to a terminal only. */
final class Console {
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean interactive;

  private Console(PrintWriter out, PrintWriter err, boolean interactive) {
    this.out = out;
    this.err = err;
    this.interactive = interactive;
  }

  static Console of(CommandSpec command) {
    java.io.Console terminal = System.console();
    return new Console(
        command.commandLine().getOut(),
        command.commandLine().getErr(),
        terminal != null && terminal.isTerminal());
  }

  PrintWriter out() {
    return out;
  }

  /** One line of a result. */
  void line(String text) {
    out.println(text);
    out.flush();
  }

  /** Tells a person what goes on; says nothing when piped. */
  void progress(String text) {
    if (interactive) {
      err.println(text);
      err.flush();
    }
  }

  /** Something the person should know although the command goes on. */
  void warn(String text) {
    err.println("sealane: " + text);
    err.flush();
  }
}
