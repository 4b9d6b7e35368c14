package org.sealane.smb.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Samba's smbclient: a client that no one here wrote. */
final class SmbClientTool {
  private static final long SECONDS_MAX = 120;
  private static final Path TOOL = Path.of("/usr/bin/smbclient");

  private final Path directory;
  private final InetSocketAddress server;

  /** What a run came to. */
  record Run(int exit, String output) {
    Run succeeded() {
      assertThat(exit).as(output).isZero();
      return this;
    }

    Run failedWith(String status) {
      assertThat(exit).as(output).isNotZero();
      assertThat(output).contains(status);
      return this;
    }
  }

  /**
   * @param directory for files of its own
   */
  SmbClientTool(Path directory, InetSocketAddress server) {
    this.directory = directory;
    this.server = server;
  }

  /** Skips the test without the tool, unless tools are required. */
  static void require() {
    boolean found = Files.isExecutable(TOOL);
    if ("required".equals(System.getProperty("sealane.tools"))) {
      assertThat(found).as("smbclient is installed").isTrue();
    }
    Assumptions.assumeTrue(found, "smbclient is not installed");
  }

  /**
   * Runs one command line of smbclient's own language.
   *
   * @param options before it, as {@code -m SMB3_11}
   */
  Run run(String user, String share, String commands, String... options) {
    try {
      List<String> command = command();
      command.addAll(
          List.of("-U", user, "//" + server.getAddress().getHostAddress() + "/" + share));
      return run(command, Map.of(), commands, options);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The same with a ticket in place of a password. */
  Run runKerberos(
      KerberosRealm realm, Path ticket, String share, String commands, String... options) {
    try {
      List<String> command = command();
      command.addAll(
          List.of(
              "--use-kerberos=required",
              "-I",
              server.getAddress().getHostAddress(),
              "//" + KerberosRealm.HOST + "/" + share));
      return run(command, realm.environment(ticket), commands, options);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Run run(
      List<String> command, Map<String, String> environment, String commands, String... options) {
    try {
      command.addAll(List.of(options));
      command.addAll(List.of("-c", commands));
      Path output = Files.createTempFile(directory, "smbclient", ".out");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("smbclient does not end: " + Files.readString(output));
      }
      return new Run(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Connects and waits for commands that do not come; the caller ends it. */
  Process stayConnected(String user, String share) throws IOException {
    List<String> command = command();
    command.addAll(List.of("-U", user, "//" + server.getAddress().getHostAddress() + "/" + share));
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("waiting.out").toFile())
        .start();
  }

  private List<String> command() throws IOException {
    Path configuration = directory.resolve("smb.conf");
    Files.writeString(
        configuration, "[global]\nclient min protocol = SMB2_02\nclient max protocol = SMB3_11\n");
    List<String> command = new ArrayList<>(List.of(TOOL.toString()));
    command.addAll(List.of("-s", configuration.toString(), "-p", "" + server.getPort()));
    return command;
  }
}
