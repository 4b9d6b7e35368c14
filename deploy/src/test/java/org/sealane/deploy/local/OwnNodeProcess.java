package org.sealane.deploy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a node of a local cluster in a way that only a test wants. */
public final class OwnNodeProcess {
  private OwnNodeProcess() {}

  /**
   * Starts a node, which must not run.
   *
   * @param before what the command line begins with, before the JVM
   * @param heap the JVM's heap, as {@code 96m}
   */
  public static void start(
      LocalCluster cluster, String name, List<String> before, String heap, String... flags)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx" + heap));
    command.addAll(List.of(flags));
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "org.sealane.deploy.cli.Main",
            "node",
            "run",
            "--config",
            cluster.directory().nodeConfig(name).toString()));
    Path log = cluster.directory().log(name);
    Files.createDirectories(log.getParent());
    Process process =
        new ProcessBuilder(command)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectErrorStream(true)
            .start();
    ProcessRecord.of(process.toHandle()).write(cluster.directory().pid(name));
  }
}
