package org.sealane.deploy.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Starts further processes of this program: the same JDK and class path, their own flags. They run
 * on when this process ends, and no signal of its terminal reaches them.
 */
final class SealaneProcess {
  private static final String MAIN_CLASS = "org.sealane.deploy.cli.Main";

  /** What a process that moves data needs of its JVM. */
  private static final List<String> NODE_FLAGS =
      List.of(
          "-XX:+UseParallelGC",
          "-Xmx1g",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private static final List<String> ZOOKEEPER_FLAGS =
      List.of("-XX:+UseSerialGC", "-Xmx256m", "-XX:TieredStopAtLevel=1");

  private SealaneProcess() {}

  static ProcessRecord node(Path config, Path log) throws IOException {
    return start(NODE_FLAGS, List.of("node", "run", "--config", config.toString()), log);
  }

  static ProcessRecord zookeeper(Path data, int port, Path log) throws IOException {
    return start(
        ZOOKEEPER_FLAGS,
        List.of("zookeeper", "run", "--data-dir", data.toString(), "--listen", "127.0.0.1:" + port),
        log);
  }

  private static ProcessRecord start(List<String> flags, List<String> arguments, Path log)
      throws IOException {
    List<String> command = new ArrayList<>();
    setsid().ifPresent(command::add);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(archiveFlags());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN_CLASS));
    command.addAll(arguments);
    Files.createDirectories(log.getParent());
    Process process =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectErrorStream(true)
            .start();
    return ProcessRecord.of(process.toHandle());
  }

  /**
   * The class data that the launcher's build kept, which shortens the start. A JVM that can not use
   * them does without.
   */
  private static List<String> archiveFlags() {
    return Optional.ofNullable(System.getProperty("sealane.archive"))
        .map(archive ->
            List.of(
                "-XX:SharedArchiveFile=" + archive,
                "-Xshare:auto",
                "-Xlog:cds=off",
                "-Xlog:cds+dynamic=off",
                "-Dsealane.archive=" + archive))
        .orElse(List.of());
  }

  /**
   * A session of its own keeps a closed terminal and its Ctrl-C away. Where the program is missing
   * the process shares our session, which harms only those who interrupt {@code up}.
   */
  private static Optional<String> setsid() {
    return List.of("/usr/bin/setsid", "/bin/setsid").stream()
        .filter(path -> Files.isExecutable(Path.of(path)))
        .findFirst();
  }
}
