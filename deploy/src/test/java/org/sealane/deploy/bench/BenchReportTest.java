package org.sealane.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
        .contains("throughput-csv-read-depth08.png", "a &lt;cpu&gt;", "AES-128-GCM")
        .doesNotContain("<cpu>");
    BufferedImage plot =
        ImageIO.read(directory.resolve("throughput-csv-read-depth08.png").toFile());
    // The color of the encrypted runs, which the plot shows in a line and in its legend.
    assertThat(pixels(plot, 0x0B7A75)).isGreaterThan(100);
    assertThat(directory.resolve("cpu-csv-read-depth08.png")).exists();
  }

  private static long pixels(BufferedImage image, int color) {
    return Arrays.stream(
            image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()))
        .filter(pixel -> (pixel & 0xFFFFFF) == color)
        .count();
  }

  @Test
  void shouldSayWhatLinksTake() throws IOException {
    // 0.4 s a gigabyte: 12.5 GB/s of a link of 100 Gb/s keep five cores busy.
    assertThat(LinkCost.of(result))
        .hasSize(2)
        .allSatisfy(cost -> {
          assertThat(cost.run().blockBytes()).isEqualTo(1 << 20);
          assertThat(cost.cores()).containsExactly(1.25, 5.0, 10.0);
        });
    assertThat(Files.readString(new BenchReport(result).write(directory)))
        .contains("cores at 100 Gb/s", "<td>5.0");
  }

  @Test
  void shouldNameAnEmulation() throws IOException {
    BenchResult.Run tcp = result.runs().getFirst();
    BenchResult.Run emulated =
        new BenchResult.Run(
            tcp.kind(),
            "rdma",
            "software",
            tcp.level(),
            null,
            null,
            tcp.op(),
            tcp.blockBytes(),
            tcp.queueDepth(),
            2e9,
            2e9,
            1,
            tcp.latencyMicros(),
            0.2,
            0);
    BenchResult both = new BenchResult(result.machine(), result.limits(), List.of(tcp, emulated));

    assertThat(Files.readString(new BenchReport(both).write(directory)))
        .contains("an emulation by shared memory");
    assertThat(Files.readString(new BenchReport(result).write(directory)))
        .doesNotContain("emulation");
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
