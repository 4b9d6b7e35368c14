package org.sealane.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.deploy.config.LaneTransport;

/** A benchmark between nodes of a cluster that goes on, and what is left of it: nothing. */
@Timeout(300)
class BenchIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private static Path directory;

  private static CommandRun run(String... arguments) throws IOException, InterruptedException {
    return CommandRun.of(directory, arguments);
  }

  private static LocalDirectory local() {
    return new LocalDirectory(directory.resolve(".sealane"));
  }

  @BeforeAll
  static void up() throws Exception {
    LocalClusterMaker.make(local(), 2, List.of(LaneTransport.RDMA_SOFTWARE, LaneTransport.TCP));
    assertThat(run("up").exit()).isZero();
  }

  @AfterAll
  static void down() throws Exception {
    LocalCluster.open(local()).stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    JsonNode status = status();
    assertThat(status.at("/volumes")).isEmpty();
    assertThat(status.at("/disks")).isEmpty();
    try (Stream<Path> files = Files.list(local().nodeStorage("node1"))) {
      assertThat(files).isEmpty();
    }
  }

  private static JsonNode status() throws IOException, InterruptedException {
    return JSON.readTree(run("status", "--output", "json").out());
  }

  @Test
  void shouldMeasureFilesAndBlocksBetweenTwoNodesOfACluster() throws Exception {
    CommandRun bench =
        run(
            "bench",
            "--from=node2",
            "--to=node1",
            "--kind=csv,sbl",
            "--transport=rdma",
            "--level=encrypt",
            "--op=read",
            "--size=4KiB",
            "--depth=1",
            "--seconds=1",
            "--output=json");

    assertThat(bench.err()).isEmpty();
    assertThat(bench.exit()).isZero();
    JsonNode result = JSON.readTree(bench.out());
    List<String> kinds = new ArrayList<>();
    for (JsonNode cell : result.at("/runs")) {
      kinds.add(cell.at("/kind").asText());
      assertThat(cell.at("/transport").asText()).isEqualTo("rdma");
      assertThat(cell.at("/provider").asText()).isEqualTo("software");
      assertThat(cell.at("/level").asText()).isEqualTo("encrypt");
      assertThat(cell.at("/failed").asLong()).isZero();
      assertThat(cell.at("/iops").asDouble()).isPositive();
      assertThat(cell.at("/cpuSecondsPerGigabyte").asDouble()).isPositive();
    }
    assertThat(kinds).containsExactly("csv", "sbl");
    assertThat(result.at("/limits/tcpBytesPerSecond").asDouble()).isPositive();
  }

  @Test
  void shouldRemoveTheScratchVolumeWhenItIsInterrupted() throws Exception {
    List<String> command =
        CommandRun.command("bench", "--from=node2", "--to=node1", "--kind=csv,sbl", "--seconds=50");
    Process bench =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("interrupted.txt").toFile())
            .start();
    try {
      // The disk is made last.
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> !status().at("/disks").isEmpty());
      bench.destroy();

      assertThat(bench.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(bench.exitValue()).isNotZero();
    } finally {
      bench.destroyForcibly();
    }
  }

  @Test
  void shouldSayInOneLineWhatIsMissing() throws Exception {
    CommandRun unknown = run("bench", "--from=node2", "--to=node7");
    assertThat(unknown.exit()).isEqualTo(1);
    assertThat(unknown.err())
        .isEqualTo("sealane: there is no node node7; the cluster has node1, node2\n");

    CommandRun half = run("bench", "--from=node2");
    assertThat(half.exit()).isEqualTo(2);
    assertThat(half.err()).startsWith("sealane: --from and --to go together");

    CommandRun itself = run("bench", "--from=node2", "--to=node2");
    assertThat(itself.exit()).isEqualTo(2);
  }
}
