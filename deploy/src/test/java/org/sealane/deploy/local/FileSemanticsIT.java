package org.sealane.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Server-side copy, change notification and byte-range locks with Samba's smbclient and with
 * impacket, on the node that owns the volume and on one that does not.
 */
@Timeout(600)
class FileSemanticsIT {
  private static final Path SMBCLIENT = Path.of("/usr/bin/smbclient");
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long RUN_SECONDS_MAX = 180;
  private static final AtomicInteger RUNS = new AtomicInteger();

  @TempDir private static Path directory;

  private static List<Integer> ports;

  /** What a tool came to. */
  private record Run(int exit, String output) {}

  private static void succeed(String input, String... arguments) throws Exception {
    CommandRun run = CommandRun.withInput(directory, input, arguments);
    assertThat(run.exit()).as(run.err()).isZero();
  }

  @BeforeAll
  static void up() throws Exception {
    boolean found = Files.isExecutable(SMBCLIENT);
    if ("required".equals(System.getProperty("sealane.tools"))) {
      assertThat(found).as("smbclient is installed").isTrue();
    }
    Assumptions.assumeTrue(found, "smbclient is not installed");
    succeed("", "up", "--nodes", "2");
    succeed("", "volume", "create", "v1", "--owner", "node1", "--path", "v1");
    succeed("secret\n", "user", "add", "anna", "--password-stdin");
    succeed("", "volume", "set", "v1", "--grant", "anna:full");
    JsonNode nodes =
        JSON.readTree(CommandRun.of(directory, "status", "--output", "json").out()).get("nodes");
    ports = List.of(nodes.at("/0/smb/port").asInt(), nodes.at("/1/smb/port").asInt());
    for (int node = 1; node <= 2; node++) {
      int asked = node;
      await().atMost(LIMIT).until(() -> smbclient(asked, "ls").exit() == 0);
    }
  }

  @AfterAll
  static void down() throws Exception {
    if (Files.exists(directory.resolve(".sealane/cluster.json"))) {
      LocalCluster.open(new LocalDirectory(directory.resolve(".sealane"))).stop();
    }
  }

  private static Process start(Path output, List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    process.getOutputStream().close();
    return process;
  }

  private static Path output() {
    return directory.resolve("run-" + RUNS.incrementAndGet() + ".out");
  }

  private static Run run(List<String> command) throws IOException, InterruptedException {
    Path output = output();
    Process process = start(output, command);
    if (!process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("does not end: " + Files.readString(output));
    }
    return new Run(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
  }

  private static List<String> smbclientCommand(int node, String commands) {
    return new ArrayList<>(
        List.of(
            SMBCLIENT.toString(),
            "-p",
            "" + ports.get(node - 1),
            "-U",
            "anna%secret",
            "//127.0.0.1/v1",
            "-c",
            commands));
  }

  private static Run smbclient(int node, String commands) throws IOException, InterruptedException {
    return run(smbclientCommand(node, commands));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldListTheSharesOfAUser(int node) throws Exception {
    Run run =
        run(
            List.of(
                SMBCLIENT.toString(),
                "-g",
                "-p",
                "" + ports.get(node - 1),
                "-U",
                "anna%secret",
                "-L",
                "127.0.0.1"));

    assertThat(run.output()).contains("Disk|v1|").contains("IPC|IPC$|");
    assertThat(run.exit()).as(run.output()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldFindNamesInAnyCase(int node) throws Exception {
    Files.writeString(directory.resolve("case.txt"), "content");

    Run run = smbclient(node, "mkdir Folder; put case.txt folder\\Name.TXT; ls FOLDER\\name.*");

    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.output()).contains("Name.TXT");
    assertThat(smbclient(node, "deltree FOLDER").exit()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldCopyOnTheServer(int node) throws Exception {
    byte[] content = new byte[3_000_001];
    new Random(node).nextBytes(content);
    Files.write(directory.resolve("in.bin"), content);

    Run run = smbclient(node, "put in.bin source; scopy source target; get target out.bin");

    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(directory.resolve("out.bin")).hasBinaryContent(content);
    assertThat(smbclient(node, "del source; del target").exit()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "2, 1", "2, 2"})
  void shouldTellOfChangesMadeThroughAnyNode(int watching, int changing) throws Exception {
    Path told = output();
    List<String> command = smbclientCommand(watching, "notify /");
    // It tells at once only a terminal.
    command.addAll(0, List.of("stdbuf", "-o0"));
    Process watch = start(told, command);
    try {
      // The watch may begin late, so there is a new change each time.
      AtomicInteger next = new AtomicInteger();
      await()
          .atMost(LIMIT)
          .until(() -> {
            smbclient(changing, "mkdir d" + next.incrementAndGet());
            return Files.readString(told).contains("d" + next.get())
                || Files.readString(told).contains("d" + (next.get() - 1));
          });
      for (int i = 1; i <= next.get(); i++) {
        assertThat(smbclient(changing, "rmdir d" + i).exit()).isZero();
      }
    } finally {
      watch.destroy();
      assertThat(watch.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void shouldLockRangesForClientsOfBothNodes() throws Exception {
    Run found = run(List.of(PYTHON.toString(), "-c", "import impacket.smbconnection"));
    if ("required".equals(System.getProperty("sealane.tools"))) {
      assertThat(found.exit()).as("python3-impacket is installed").isZero();
    }
    Assumptions.assumeTrue(found.exit() == 0, "python3-impacket is not installed");
    for (List<Integer> pair :
        List.of(ports, ports.reversed(), List.of(ports.get(1), ports.get(1)))) {
      Run run =
          run(
              List.of(
                  PYTHON.toString(),
                  script().toString(),
                  "127.0.0.1",
                  "" + pair.get(0),
                  "" + pair.get(1),
                  "v1",
                  "anna",
                  "secret"));

      assertThat(run.exit()).as(run.output()).isZero();
      JsonNode seen = JSON.readTree(run.output());
      JsonNode wanted =
          JSON.readTree(
              """
              {"taken": "00000000",
               "refused": "c0000055",
               "writes": ["00000000", "c0000054", "00000000"],
               "answered": true,
               "released": "00000000",
               "waited": ["00000000"],
               "answers": 2,
               "turned": "c0000055",
               "closed": "00000000"}
              """);
      assertThat(seen).isEqualTo(wanted);
    }
  }

  private static Path script() throws URISyntaxException {
    return Path.of(FileSemanticsIT.class.getResource("/interop/lock_client.py").toURI());
  }
}
