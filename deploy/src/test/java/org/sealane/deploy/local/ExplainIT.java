package org.sealane.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a live cluster of two node processes says of its lanes. One story in order. */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ExplainIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SEALED_MAX = Duration.ofSeconds(60);

  @TempDir private static Path directory;

  private static CommandRun good(String... arguments) throws IOException, InterruptedException {
    CommandRun run = CommandRun.of(directory, arguments);
    assertThat(run.err()).as(String.join(" ", arguments)).isEmpty();
    assertThat(run.exit()).isZero();
    return run;
  }

  private static JsonNode json(String... arguments) throws IOException, InterruptedException {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--output";
    all[arguments.length + 1] = "json";
    return JSON.readTree(good(all).out());
  }

  private static LocalCluster cluster() throws IOException {
    return LocalCluster.open(new LocalDirectory(directory.resolve(".sealane")));
  }

  private static void copy() throws IOException, InterruptedException {
    good("cp", directory.resolve("in.bin").toString(), "v1:/in.bin", "--via", "node2");
  }

  @BeforeAll
  static void up() throws Exception {
    good("up", "--nodes", "2");
    good("volume", "create", "v1", "--owner", "node1", "--path", "v1");
    Files.write(directory.resolve("in.bin"), new byte[100_000]);
    copy();
  }

  @AfterAll
  static void down() throws Exception {
    if (Files.exists(directory.resolve(".sealane/cluster.json"))) {
      cluster().stop();
    }
  }

  @Test
  @Order(1)
  void shouldExplainALaneThatIsEncrypted() throws Exception {
    JsonNode explained = json("policy", "explain", "v1");

    JsonNode node2 = explained.at("/nodes/1");
    assertThat(node2.at("/node").asText()).isEqualTo("node2");
    assertThat(node2.at("/live").asBoolean()).isTrue();
    assertThat(node2.at("/sealed").asBoolean()).isFalse();
    JsonNode rule = node2.at("/rules/0");
    assertThat(rule.at("/kind").asText()).isEqualTo("csv");
    assertThat(rule.at("/level").asText()).isEqualTo("encrypt");
    assertThat(rule.at("/source/epoch").asLong()).isEqualTo(1);
    assertThat(rule.at("/source/signer").asText()).startsWith("SHA256:");
    JsonNode lane = node2.at("/lanes/0");
    assertThat(lane.at("/to").asText()).isEqualTo("node1");
    assertThat(lane.at("/level").asText()).isEqualTo("encrypt");
    assertThat(lane.at("/cipher").asText()).isEqualTo("AES-128-GCM");
    assertThat(Instant.parse(lane.at("/keysSince").asText())).isBefore(Instant.now());
    assertThat(lane.at("/notStronger/0").asText())
        .isEqualTo("the policy prefers AES-128-GCM to AES-256-GCM");
  }

  @Test
  @Order(2)
  void shouldExplainALaneThatIsClearAndWhatItsTurnsHeld() throws Exception {
    good(
        "policy",
        "set",
        "v1",
        "--csv",
        "clear",
        "--ciphers",
        "AES-256-GCM",
        "--wait",
        "--timeout",
        "60s");
    copy();

    CommandRun text = good("policy", "explain", "v1");
    assertThat(text.out())
        .contains("lane node2 -> node1 csv: clear over tcp")
        .contains("why: the policy of epoch 2 says clear for csv")
        .contains("not stronger: the policy of epoch 2 says clear for csv")
        .contains("has: AES-256-GCM, the only one that the policy names");
    JsonNode history = json("policy", "history", "v1");
    assertThat(history).hasSize(2);
    String signer = json("policy", "explain", "v1").at("/nodes/0/rules/0/source/signer").asText();
    assertThat(history.at("/1/signer").asText()).isEqualTo(signer);
    assertThat(history.at("/1/nodes/0/drainedAt").isTextual()).isTrue();
    for (JsonNode pause : history.at("/1/pauses")) {
      assertThat(pause.at("/node").asText()).isEqualTo("node2");
      assertThat(pause.at("/moves").asLong()).isPositive();
      assertThat(pause.at("/maxMicros").asLong())
          .isGreaterThanOrEqualTo(pause.at("/p50Micros").asLong());
    }
    assertThat(good("policy", "history", "v1").out()).contains(signer).contains("+");
  }

  @Test
  @Order(3)
  void shouldSayWhenNodesAreFailSealed() throws Exception {
    ProcessRecord zookeeper = cluster().running(LocalCluster.ZOOKEEPER).orElseThrow();
    zookeeper.find().orElseThrow().destroyForcibly();

    await()
        .atMost(SEALED_MAX)
        .untilAsserted(() ->
            assertThat(json("policy", "explain", "v1").at("/nodes"))
                .hasSize(2)
                .allSatisfy(node -> assertThat(node.at("/sealed").asBoolean()).isTrue()));
    copy();

    JsonNode node2 = json("policy", "explain", "v1").at("/nodes/1");
    assertThat(node2.at("/sealedSince").isTextual()).isTrue();
    assertThat(node2.at("/rules/0/level").asText()).isEqualTo("encrypt");
    assertThat(node2.at("/lanes/0/level").asText()).isEqualTo("encrypt");
    assertThat(node2.at("/rules/0/why").asText())
        .contains("fail-sealed since")
        .contains("the policy of epoch 2 says clear");
    assertThat(good("policy", "explain", "v1").out()).contains("node2: FAIL-SEALED since");
  }

  @Test
  @Order(4)
  void shouldSayInOneLineThatThereIsNoSuchVolume() throws Exception {
    CommandRun run = CommandRun.of(directory, "policy", "explain", "v9");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).isEqualTo("sealane: there is no volume named v9\n");
  }
}
