package org.sealane.deploy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.interop.UserCluster.Via;
import org.sealane.deploy.local.LocalCluster;
import org.sealane.deploy.local.OwnNodeProcess;
import org.sealane.deploy.status.ClientLimits;

/** The process of the node that hostile clients talk to: small, and looked at from outside. */
final class SmallNode {
  private static final String HEAP = "96m";
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");

  private final UserCluster cluster;
  private final ProcessHandle process;

  SmallNode(UserCluster cluster) throws IOException {
    this.cluster = cluster;
    this.process =
        cluster.local().running(UserCluster.nodeName(Via.OWNER)).orElseThrow().find().orElseThrow();
  }

  /** Starts a node of a local cluster with little memory; it ends where it has none left. */
  static void start(LocalCluster local, String node) throws IOException {
    if (!node.equals(UserCluster.nodeName(Via.OWNER))) {
      local.startNode(node);
      return;
    }
    OwnNodeProcess.start(local, node, List.of(), HEAP, "-XX:+ExitOnOutOfMemoryError");
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Bytes of what is reachable, after a full collection. */
  long liveBytes() throws IOException, InterruptedException {
    Path output = Files.createTempFile("histogram", ".txt");
    try {
      Process histogram =
          new ProcessBuilder(
                  JAVA.resolve("jcmd").toString(),
                  Long.toString(process.pid()),
                  "GC.class_histogram")
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      assertThat(histogram.waitFor(60, TimeUnit.SECONDS)).isTrue();
      Matcher total = TOTAL.matcher(Files.readString(output));
      assertThat(total.find()).as(Files.readString(output)).isTrue();
      return Long.parseLong(total.group(1));
    } finally {
      Files.delete(output);
    }
  }

  long descriptors() throws IOException {
    return entries("fd");
  }

  long threads() throws IOException {
    return entries("task");
  }

  private long entries(String directory) throws IOException {
    try (Stream<Path> entries =
        Files.list(Path.of("/proc", Long.toString(process.pid()), directory))) {
      return entries.count();
    }
  }

  /** What counts towards a limit of the whole node now. */
  int now(String limit) throws AdminException {
    return bounds().stream()
        .filter(bound -> bound.limit().equals("smb-" + limit))
        .findFirst()
        .orElseThrow()
        .now();
  }

  List<ClientLimits.Bound> bounds() throws AdminException {
    return cluster.admin().get(ClientLimits.PATH, Map.of(), ClientLimits.class).limits();
  }
}
