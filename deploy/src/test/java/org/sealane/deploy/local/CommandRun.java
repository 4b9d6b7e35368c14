package org.sealane.deploy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One run of the command in a process of its own, as a user starts it.
 *
 * @param exit the exit code
 * @param out standard output
 * @param err standard error
 */
public record CommandRun(int exit, String out, String err) {
  private static final int SECONDS_MAX = 180;

  /** Runs the command in {@code directory} and waits until it ends. */
  public static CommandRun of(Path directory, String... arguments)
      throws IOException, InterruptedException {
    return withInput(directory, "", arguments);
  }

  /** The same with {@code input} as its standard input. */
  public static CommandRun withInput(Path directory, String input, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = command(arguments);
    Path out = Files.createTempFile(directory, "out", ".txt");
    Path err = Files.createTempFile(directory, "err", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try (var stdin = process.outputWriter()) {
      stdin.write(input);
    }
    if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("not done after " + SECONDS_MAX + " s: " + List.of(arguments));
    }
    return new CommandRun(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** The command line of such a process. */
  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "org.sealane.deploy.cli.Main"));
    command.addAll(List.of(arguments));
    return command;
  }
}
