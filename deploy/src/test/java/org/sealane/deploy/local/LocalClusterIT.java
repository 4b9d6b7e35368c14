package org.sealane.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.deploy.units.HostPort;

/**
 * A cluster of two node processes and ZooKeeper, used through the command. The tests are one story
 * in order, since a cluster takes seconds to start.
 */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LocalClusterIT {
  private static final Duration HEALED_MAX = Duration.ofSeconds(90);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path directory;

  private static CommandRun run(String... arguments) throws IOException, InterruptedException {
    return CommandRun.of(directory, arguments);
  }

  private static JsonNode status() throws IOException, InterruptedException {
    CommandRun status = run("status", "--output", "json");
    assertThat(status.err()).isEmpty();
    return JSON.readTree(status.out());
  }

  private static LocalCluster cluster() throws IOException {
    return LocalCluster.open(new LocalDirectory(directory.resolve(".sealane")));
  }

  @BeforeAll
  static void up() throws Exception {
    CommandRun up = run("up", "--nodes", "2");
    assertThat(up.err()).isEmpty();
    assertThat(up.exit()).isZero();
    assertThat(up.out()).contains("node1").contains("node2").contains("live");
  }

  @AfterAll
  static void down() throws Exception {
    if (Files.exists(directory.resolve(".sealane/cluster.json"))) {
      cluster().stop();
    }
  }

  @Test
  @Order(1)
  void shouldCreateAVolumeAndADiskThatStatusShows() throws Exception {
    CommandRun volume = run("volume", "create", "v1", "--owner", "node1", "--path", "v1");
    assertThat(volume.err()).isEmpty();
    assertThat(volume.exit()).isZero();
    CommandRun disk =
        run(
            "disk",
            "add",
            "d1",
            "--node",
            "node2",
            "--path",
            "d1.img",
            "--size",
            "8MiB",
            "--volume",
            "v1");
    assertThat(disk.err()).isEmpty();

    JsonNode status = status();
    assertThat(status.at("/volumes/0/owner").asText()).isEqualTo("node1");
    assertThat(status.at("/volumes/0/csv").asText()).isEqualTo("encrypt");
    assertThat(status.at("/disks/0/sizeBytes").asLong()).isEqualTo(8 << 20);
    assertThat(status.at("/nodes/1/state").asText()).isEqualTo("live");
  }

  @Test
  @Order(2)
  void shouldCopyAFileThroughANodeThatDoesNotOwnTheVolume() throws Exception {
    byte[] content = new byte[3_000_001];
    new Random(7).nextBytes(content);
    Path file = Files.write(directory.resolve("in.bin"), content);

    CommandRun in = run("cp", file.toString(), "v1:/deep/er/in.bin", "--via", "node2");
    assertThat(in.err()).isEmpty();
    CommandRun list = run("ls", "v1:/deep/er", "--output", "json");
    assertThat(JSON.readTree(list.out()).at("/0/sizeBytes").asLong()).isEqualTo(content.length);
    CommandRun out = run("cp", "v1:/deep/er/in.bin", "out.bin", "--via", "node2");
    assertThat(out.err()).isEmpty();

    assertThat(directory.resolve("out.bin")).hasBinaryContent(content);
    JsonNode lane = status().at("/lanes/0");
    assertThat(lane.at("/from").asText()).isEqualTo("node2");
    assertThat(lane.at("/level").asText()).isEqualTo("encrypt");
    assertThat(lane.at("/sealedBytes").asLong()).isGreaterThanOrEqualTo(2L * content.length);
    assertThat(lane.at("/clearBytes").asLong()).isZero();
  }

  @Test
  @Order(3)
  void shouldTurnALevelAndTellWhenEveryNodeHad() throws Exception {
    CommandRun set =
        run(
            "policy",
            "set",
            "v1",
            "--csv",
            "clear",
            "--wait",
            "--timeout",
            "60s",
            "--output",
            "json");
    assertThat(set.err()).isEmpty();

    JsonNode turn = JSON.readTree(set.out());
    assertThat(turn.at("/from/csv").asText()).isEqualTo("encrypt");
    assertThat(turn.at("/to/csv").asText()).isEqualTo("clear");
    assertThat(turn.at("/nodes")).hasSize(2);
    assertThat(turn.at("/nodes/0/enforcedAt").isTextual()).isTrue();
    JsonNode history = JSON.readTree(run("policy", "history", "v1", "--output", "json").out());
    assertThat(history).hasSize(2);
    JsonNode reasserted = JSON.readTree(run("policy", "reassert", "v1", "--output", "json").out());
    assertThat(reasserted).hasSize(2);
    for (JsonNode node : reasserted) {
      assertThat(node.at("/documents/0/kind").asText()).isEqualTo("policy");
      assertThat(node.at("/documents/0/epoch").asLong()).isEqualTo(2);
      assertThat(node.findValuesAsText("outcome")).isNotEmpty().containsOnly("agrees");
    }
  }

  @Test
  @Order(4)
  void shouldSayInOneLineWhatIsMissing() throws Exception {
    for (String[] wrong :
        new String[][] {
          {"volume", "create", "v2", "--owner", "node1", "--path", "/nonexistent/v2"},
          {"volume", "create", "v2", "--owner", "node9", "--path", "/tmp"},
          {"volume", "create", "v1", "--owner", "node1", "--path", "other"},
          {"disk", "add", "d2", "--node", "node2", "--path", "absent.img", "--volume", "v1"},
          {"disk", "add", "d2", "--node", "node2", "--path", "d2.img", "--volume", "v9"},
          {"policy", "set", "v9", "--csv", "clear"},
          {"policy", "reassert", "v9"},
          {"cp", "absent.bin", "v1:/x"},
          {"cp", "v1:/absent", "x"},
          {"ls", "v9:/"},
          {"ls", "v1:/", "--via", "node9"},
          {"status", "--dir", "nowhere"}
        }) {
      CommandRun failed = run(wrong);

      assertThat(failed.exit()).as(String.join(" ", wrong)).isEqualTo(1);
      assertThat(failed.out()).isEmpty();
      assertThat(failed.err().lines()).as(failed.err()).hasSize(1);
      assertThat(failed.err()).startsWith("sealane: ").doesNotContain("bug");
    }
  }

  @Test
  @Order(5)
  void shouldServeOnWhenANodeIsKilledAndHealWhenItIsBack() throws Exception {
    LocalCluster cluster = cluster();
    cluster.running("node2").flatMap(ProcessRecord::find).orElseThrow().destroyForcibly();

    CommandRun served = run("ls", "v1:/deep", "--via", "node1");
    assertThat(served.err()).isEmpty();
    assertThat(served.exit()).isZero();

    CommandRun again = run("up");
    assertThat(again.err()).isEmpty();
    assertThat(again.exit()).isZero();
    await()
        .atMost(HEALED_MAX)
        .untilAsserted(() -> {
          CommandRun back = run("cp", "v1:/deep/er/in.bin", "back.bin", "--via", "node2");
          assertThat(back.err()).isEmpty();
        });
    assertThat(directory.resolve("back.bin")).hasSameBinaryContentAs(directory.resolve("in.bin"));
  }

  @Test
  @Order(6)
  void shouldStartAgainANodeThatWasAlreadyGoingWhenItWasFoundRunning() throws Exception {
    LocalCluster cluster = cluster();
    assertThat(cluster.start()).as("everything runs").isEmpty();
    ProcessRecord going = cluster.running("node2").orElseThrow();
    going.find().orElseThrow().destroyForcibly();
    assertThat(going.awaitExit(HEALED_MAX)).isTrue();

    new Readiness(cluster, (address, _) -> isReachable(address)).await(HEALED_MAX, _ -> {});

    assertThat(cluster.running("node2")).isPresent().get().isNotEqualTo(going);
  }

  private static boolean isReachable(HostPort address) {
    try (Socket socket = new Socket(address.host(), address.port())) {
      return socket.isConnected();
    } catch (IOException _) {
      // Not yet, then.
      return false;
    }
  }

  @Test
  @Order(7)
  void shouldRefuseToStartWhenAPortIsInUse() throws Exception {
    LocalDirectory local = cluster().directory();
    Path config = directory.resolve("second.yaml");
    Files.writeString(
        config,
        Files.readString(local.nodeConfig("node1"))
            .replace(
                local.nodeData("node1").toString(), directory.resolve("second-data").toString()));

    CommandRun second = run("node", "run", "--config", config.toString());

    assertThat(second.exit()).isEqualTo(1);
    assertThat(second.err().lines()).as(second.err()).hasSize(1);
    assertThat(second.err()).contains("listen").contains("127.0.0.1");
  }

  @Test
  @Order(8)
  void shouldCheckAConfigurationWithoutStarting() throws Exception {
    Path good = cluster().directory().nodeConfig("node1");
    assertThat(run("node", "run", "--config", good.toString(), "--check").out()).contains("good");

    Path bad = directory.resolve("bad.yaml");
    Files.writeString(bad, Files.readString(good).replace("transports: [tcp]", "transport: tcp"));
    CommandRun refused = run("node", "run", "--config", bad.toString(), "--check");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err().lines()).hasSize(1);
    assertThat(refused.err()).contains("bad.yaml:").contains("unknown key transport");
  }

  @Test
  @Order(9)
  void shouldStopEveryProcessInOrder() throws Exception {
    LocalCluster cluster = cluster();
    Optional<ProcessRecord> node = cluster.running("node1");
    assertThat(node).isPresent();

    CommandRun down = run("down");

    assertThat(down.err()).isEmpty();
    assertThat(down.exit()).isZero();
    assertThat(node.get().isAlive()).isFalse();
    for (String name : cluster.processNames()) {
      assertThat(cluster.running(name)).isEmpty();
    }
    assertThat(Files.readString(cluster.directory().log("node1")))
        .contains("node=node1 stopped")
        .doesNotContain("not closed in order");
  }
}
