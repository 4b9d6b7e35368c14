package org.sealane.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  private int run(String... arguments) {
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up",
        "down",
        "status",
        "volume create",
        "volume list",
        "volume show",
        "volume delete",
        "disk add",
        "disk list",
        "disk remove",
        "cp",
        "ls",
        "policy show",
        "policy set",
        "policy history",
        "cluster init",
        "node enroll",
        "node revoke",
        "node run",
        "node list",
        "bench",
        "demo"
      })
  void shouldHelpWithEveryCommand(String command) {
    int exit = run((command + " --help").split(" "));

    assertThat(exit).isZero();
    assertThat(out.toString()).startsWith("Usage: sealane " + command);
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "status --output xml",
        "up --nodes 0",
        "up --nodes many",
        "cp a b",
        "cp v1:/a v2:/b",
        "ls v1",
        "policy set --csv clear",
        "policy set v1 --default --csv clear",
        "volume create v1",
        "status --connect 127.0.0.1:1",
        "status --dir x --connect 127.0.0.1:1 --credentials y",
        "node run"
      })
  void shouldExitWithTwoWhenItIsMisused(String line) {
    int exit = run(line.isEmpty() ? new String[0] : inDirectory(line).split(" "));

    assertThat(exit).as(err.toString()).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).startsWith("sealane: ").contains("--help");
  }

  /** Nothing may be made where the tests run. */
  private String inDirectory(String line) {
    return line.startsWith("up ") ? line + " --dir " + directory.resolve("cluster") : line;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "status --dir DIR/none|no local cluster in DIR/none; 'sealane up --dir DIR/none' makes one",
        "down --dir DIR/none|no local cluster in DIR/none",
        "node run --config DIR/none.yaml|DIR/none.yaml: no such file",
        "node enroll n1 --credentials DIR/none --bundle DIR/b|no such file",
        "status --connect 127.0.0.1:1 --credentials DIR/none|no such file"
      })
  void shouldExitWithOneAndSayWhyInOneLine(String line, String why) {
    int exit = run(line.replace("DIR", directory.toString()).split(" "));

    assertThat(exit).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString())
        .startsWith("sealane: ")
        .contains(why.replace("DIR", directory.toString()));
  }

  @Test
  void shouldMakeAClustersKeysAndLetNodesIn() {
    Path credentials = directory.resolve("credentials");
    Path bundle = directory.resolve("node1.bundle");

    assertThat(run("cluster", "init", "--name", "c1", "--credentials", credentials.toString()))
        .isZero();
    assertThat(
            run(
                "node",
                "enroll",
                "node1",
                "--credentials",
                credentials.toString(),
                "--bundle",
                bundle.toString()))
        .isZero();

    assertThat(bundle).isRegularFile();
    assertThat(run("cluster", "init", "--name", "c2", "--credentials", credentials.toString()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("exists already");
  }
}
