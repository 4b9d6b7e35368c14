package org.sealane.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchReportTest {
  @TempDir Path directory;

  private static BenchResult.Run run(String level, String cipher, int blockBytes, double rate) {
    return new BenchResult.Run(
        "csv",
        "tcp",
        "epoll",
        level,
        cipher,
        null,
        "read",
        blockBytes,
        8,
        rate,
        rate / 2,
        rate / blockBytes,
        new Measurement.LatencyMicros(210, 400, 900),
        0.4,
        0);
  }

  private final BenchResult result =
      new BenchResult(
          new BenchResult.Machine("a <cpu>", 2, "25.0.3"),
          new BenchResult.Limits(1.2e10, 2.4e10, 4.5e9),
          List.of(
              run("clear", null, 4096, 1e9),
              run("clear", null, 1 << 20, 3e9),
              run("encrypt", "AES-128-GCM", 1 << 20, 2e9)));

  @Test
  void shouldWritePlotsPageAndJson() throws IOException {
    Path page = new BenchReport(result).write(directory);

    assertThat(Files.readString(page))
        .contains("throughput-csv-read-depth8.png", "a &lt;cpu&gt;", "AES-128-GCM")
        .doesNotContain("<cpu>");
    BufferedImage plot = ImageIO.read(directory.resolve("throughput-csv-read-depth8.png").toFile());
    assertThat(plot.getWidth()).isEqualTo(900);
    assertThat(directory.resolve("cpu-csv-read-depth8.png")).exists();
  }

  @Test
  void shouldWriteTheContractsJson() throws IOException {
    new BenchReport(result).write(directory);

    JsonNode json = new ObjectMapper().readTree(directory.resolve("bench.json").toFile());
    assertThat(json.at("/machine/cores").asInt()).isEqualTo(2);
    assertThat(json.at("/limits/tcpBytesPerSecond").asDouble()).isEqualTo(4.5e9);
    JsonNode run = json.at("/runs/0");
    assertThat(run.fieldNames())
        .toIterable()
        .contains("kind", "transport", "provider", "level", "cipher", "op", "blockBytes")
        .contains("queueDepth", "bytesPerSecond", "firstSecondBytesPerSecond", "iops")
        .contains("latencyMicros", "cpuSecondsPerGigabyte", "failed");
    assertThat(run.at("/latencyMicros/p99").asDouble()).isEqualTo(400);
  }

  @Test
  void shouldFindARunByItsCoordinates() {
    assertThat(result.find("csv", "encrypt", "read", 1 << 20, 8))
        .hasValueSatisfying(run -> assertThat(run.bytesPerSecond()).isEqualTo(2e9));
    assertThat(result.find("csv", "sign", "read", 1 << 20, 8)).isEmpty();
  }
}
