package org.sealane.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The audit logs of a cluster of three node processes, which someone tampers with. One story. */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AuditIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration DEAD_MAX = Duration.ofSeconds(30);

  @TempDir private static Path directory;

  private static CommandRun run(String... arguments) throws IOException, InterruptedException {
    return CommandRun.of(directory, arguments);
  }

  private static CommandRun good(String... arguments) throws IOException, InterruptedException {
    CommandRun run = run(arguments);
    assertThat(run.err()).as(String.join(" ", arguments)).isEmpty();
    assertThat(run.exit()).isZero();
    return run;
  }

  private static LocalCluster cluster() throws IOException {
    return LocalCluster.open(new LocalDirectory(directory.resolve(".sealane")));
  }

  private static Path log(String node) throws IOException {
    try (Stream<Path> files = Files.list(cluster().directory().nodeData(node).resolve("audit"))) {
      return files.filter(file -> file.toString().endsWith(".jsonl")).findFirst().orElseThrow();
    }
  }

  @BeforeAll
  static void up() throws Exception {
    good("up", "--nodes", "3");
    good("volume", "create", "v1", "--owner", "node1", "--path", "v1");
    Path file = Files.write(directory.resolve("in.bin"), new byte[100_000]);
    good("cp", file.toString(), "v1:/in.bin", "--via", "node2");
    good("policy", "set", "v1", "--csv", "sign", "--wait", "--timeout", "60s");
  }

  @AfterAll
  static void down() throws Exception {
    if (Files.exists(directory.resolve(".sealane/cluster.json"))) {
      cluster().stop();
    }
  }

  @Test
  @Order(1)
  void shouldListTheEventsOfAllNodesByTime() throws Exception {
    JsonNode records = JSON.readTree(good("audit", "list", "--output", "json").out());

    Set<String> nodes = new HashSet<>();
    Set<String> kinds = new HashSet<>();
    List<Instant> times = new ArrayList<>();
    for (JsonNode record : records) {
      nodes.add(record.at("/node").asText());
      kinds.add(record.at("/node").asText() + " " + record.at("/kind").asText());
      times.add(Instant.parse(record.at("/time").asText()));
    }
    assertThat(nodes).containsExactlyInAnyOrder("node1", "node2", "node3");
    assertThat(times).isSorted();
    assertThat(kinds)
        .contains(
            "node1 document-committed",
            "node1 ownership-taken",
            "node1 turn-step",
            "node1 ledger-written",
            "node1 lane-accepted",
            "node2 lane-opened",
            "node3 ledger-written",
            "node3 lease-regained");
    assertThat(good("audit", "list", "--node", "node2", "--kind", "lane-opened").out())
        .contains("lane-opened")
        .contains("level=encrypt")
        .contains("peer=node1")
        .doesNotContain("turn-step");
  }

  @Test
  @Order(2)
  void shouldFindEveryLogAsItWasWrittenAlsoAfterACrash() throws Exception {
    assertThat(good("audit", "verify").out()).contains("node3").doesNotContain("TOUCHED");

    ProcessRecord node3 = cluster().running("node3").orElseThrow();
    node3.find().orElseThrow().destroyForcibly();
    assertThat(node3.awaitExit(DEAD_MAX)).isTrue();
    good("up");

    JsonNode verdicts = JSON.readTree(good("audit", "verify", "--output", "json").out());
    assertThat(verdicts).hasSize(3);
    assertThat(verdicts.at("/2/whole").asBoolean()).isTrue();
    assertThat(good("audit", "list", "--node", "node3", "--kind", "log-opened").out())
        .contains("after=nothing")
        .contains("after=a crash");
  }

  @Test
  @Order(3)
  void shouldNameTheNodeAndTheRecordWhereOneByteWasFlipped() throws Exception {
    Path log = log("node1");
    List<String> lines = Files.readAllLines(log);
    long offset = 0;
    for (String line : lines.subList(0, 4)) {
      offset += line.getBytes(StandardCharsets.UTF_8).length + 1;
    }
    int digit = lines.get(4).indexOf("\"time\":\"") + 10;
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
      file.seek(offset + digit);
      int old = file.read();
      file.seek(offset + digit);
      file.write(old ^ 1);
    }

    CommandRun verify = run("audit", "verify");

    assertThat(verify.exit()).isEqualTo(1);
    assertThat(verify.err()).isEqualTo("sealane: node1: record 5 was changed\n");
    assertThat(verify.out()).contains("node1: record 5 was changed");
  }

  @Test
  @Order(4)
  void shouldNameTheNodeAndTheRecordWhereOneLineWasDeleted() throws Exception {
    Path log = log("node2");
    List<String> lines = new ArrayList<>(Files.readAllLines(log));
    lines.remove(2);
    Files.writeString(log, String.join("\n", lines) + "\n");

    CommandRun verify = run("audit", "verify", "--output", "json");

    assertThat(verify.exit()).isEqualTo(1);
    JsonNode node2 = JSON.readTree(verify.out()).at("/1");
    assertThat(node2.at("/node").asText()).isEqualTo("node2");
    assertThat(node2.at("/findings/0/what").asText()).isEqualTo("missing");
    assertThat(node2.at("/findings/0/from").asLong()).isEqualTo(3);
    assertThat(node2.at("/findings")).hasSize(1);
  }

  @Test
  @Order(5)
  void shouldNameTheRecordsThatWereCutOffAlsoAfterARestart() throws Exception {
    Path log = log("node3");
    List<String> lines = Files.readAllLines(log);
    int last = lines.getLast().getBytes(StandardCharsets.UTF_8).length + 1;
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
      file.setLength(file.length() - last);
    }
    CommandRun cut = run("audit", "verify");
    assertThat(cut.exit()).isEqualTo(1);
    assertThat(cut.err()).contains("node3: record " + lines.size() + " is missing");

    good("down");
    good("up");

    CommandRun again = run("audit", "verify");
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err().lines()).hasSize(1);
    assertThat(again.err())
        .contains("node1: record 5 was changed")
        .contains("node2: record 3 is missing")
        .contains("node3: record " + lines.size() + " is missing")
        .contains("on its start");
  }

  @Test
  @Order(6)
  void shouldNotCallALogGoodThatItCouldNotRead() throws Exception {
    ProcessRecord node3 = cluster().running("node3").orElseThrow();
    node3.find().orElseThrow().destroyForcibly();
    assertThat(node3.awaitExit(DEAD_MAX)).isTrue();

    CommandRun verify = run("audit", "verify");

    assertThat(verify.exit()).isEqualTo(1);
    assertThat(verify.err()).contains("node3: not verified: ");
  }
}
