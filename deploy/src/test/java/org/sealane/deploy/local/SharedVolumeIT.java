package org.sealane.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.identity.AdminCredentials;
import org.sealane.cluster.identity.PeerPolicy;
import org.sealane.cluster.identity.TlsContexts;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.Enrollment;

/**
 * A volume that two of three node processes may own, in a directory that they share, under load
 * from the third. One story in order, since a cluster takes seconds to start.
 */
@Timeout(600)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SharedVolumeIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** As long as operations wait for an owner. */
  private static final Duration FOLLOWED_MAX = Duration.ofSeconds(120);

  /** Small files that have to be written before and after each event. */
  private static final int FILES = 20;

  @TempDir private static Path directory;

  private static CommandRun run(String... arguments) throws IOException, InterruptedException {
    return CommandRun.of(directory, arguments);
  }

  private static void succeed(String... arguments) throws IOException, InterruptedException {
    CommandRun run = run(arguments);
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
  }

  private static LocalCluster cluster() throws IOException {
    return LocalCluster.open(new LocalDirectory(directory.resolve(".sealane")));
  }

  private static ProcessHandle process(String node) throws IOException {
    return cluster().running(node).flatMap(ProcessRecord::find).orElseThrow();
  }

  private static AdminClient client(String node) {
    try {
      LocalCluster cluster = cluster();
      AdminCredentials admin = AdminCredentials.load(cluster.directory().credentials());
      int port =
          cluster.manifest().nodes().stream()
              .filter(known -> known.name().equals(node))
              .findFirst()
              .orElseThrow()
              .adminPort();
      return new AdminClient(
          List.of(new HostPort("127.0.0.1", port)),
          TlsContexts.create(
              admin::keys,
              PeerPolicy.anyNode(admin.identity().clusterId(), _ -> Enrollment.Verdict.ACCEPTED),
              Clock.systemUTC(),
              new SecureRandom()));
    } catch (IOException | CredentialsException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String owner() throws AdminException {
    try (AdminClient client = client("node3")) {
      return client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class).volumes().stream()
          .filter(volume -> volume.name().equals("v1"))
          .map(ClusterStatus.Volume::owner)
          .filter(Objects::nonNull)
          .findFirst()
          .orElse(null);
    }
  }

  private static void awaitOwner(String node) {
    await().atMost(FOLLOWED_MAX).until(() -> node.equals(owner()));
  }

  private static void awaitMore(FileLoad load) {
    int before = load.acknowledged.size();
    await()
        .atMost(FOLLOWED_MAX)
        .until(() -> load.acknowledged.size() >= before + FILES || !load.failures.isEmpty());
  }

  private static Path shared(String name) throws IOException {
    return cluster().directory().sharedStorage().resolve("v1").resolve(name);
  }

  /** What was acknowledged is there, through a node that never owned the volume and on disk. */
  private static void assertAllThere(FileLoad load) throws Exception {
    assertThat(load.failures).isEmpty();
    assertThat(load.acknowledged.size()).isGreaterThanOrEqualTo(2 * FILES);
    try (AdminClient client = client("node3")) {
      for (Map.Entry<String, Integer> file : load.acknowledged.entrySet()) {
        byte[] content = FileLoad.small(file.getValue());
        assertThat(load.read(client, file.getKey())).isEqualTo(content);
        assertThat(shared(file.getKey())).hasBinaryContent(content);
      }
      assertThat(load.read(client, load.streamName())).isEqualTo(load.streamed());
    }
  }

  @BeforeAll
  static void up() throws Exception {
    succeed("up", "--nodes", "3");
  }

  @AfterAll
  static void down() throws Exception {
    if (Files.exists(directory.resolve(".sealane/cluster.json"))) {
      cluster().stop();
    }
  }

  @Test
  @Order(1)
  void shouldCreateOnlyWhatEveryCandidateShares() throws Exception {
    CommandRun flagless = run("volume", "create", "v1", "--owner", "node1,node2", "--path", "v1");
    assertThat(flagless.exit()).isEqualTo(2);
    assertThat(flagless.err()).contains("--shared-backing");

    Path own = Files.createDirectory(cluster().directory().nodeStorage("node1").resolve("own"));
    CommandRun unshared =
        run(
            "volume",
            "create",
            "v1",
            "--owner",
            "node1,node2",
            "--shared-backing",
            "--path",
            own.toString());
    assertThat(unshared.exit()).isEqualTo(1);
    assertThat(unshared.err().lines()).as(unshared.err()).hasSize(1);
    assertThat(unshared.err()).contains("node2 does not share").contains("roots");
    assertThat(own).isEmptyDirectory();

    succeed("volume", "create", "v1", "--owner", "node1,node2", "--shared-backing", "--path", "v1");

    JsonNode shown = JSON.readTree(run("volume", "show", "v1", "--output", "json").out());
    assertThat(shown.at("/volume/owner").asText()).isEqualTo("node1");
    assertThat(shown.at("/volume/candidates").toString()).isEqualTo("[\"node1\",\"node2\"]");
    assertThat(shown.at("/volume/waitsFor")).isEmpty();
  }

  @Test
  @Order(2)
  void shouldMoveUnderLoadWithoutFailedIo() throws Exception {
    FileLoad load;
    try (FileLoad running = new FileLoad(() -> client("node3"), "v1", "move").start()) {
      load = running;
      awaitMore(load);
      succeed("volume", "move", "v1", "--to", "node2");
      assertThat(owner()).isEqualTo("node2");
      awaitMore(load);
      succeed("volume", "move", "v1", "--to", "node1");
      assertThat(owner()).isEqualTo("node1");
      awaitMore(load);
    }
    assertAllThere(load);
  }

  @Test
  @Order(3)
  void shouldSayWhereAVolumeCanNotMove() throws Exception {
    CommandRun foreign = run("volume", "move", "v1", "--to", "node3");

    assertThat(foreign.exit()).isEqualTo(1);
    assertThat(foreign.err().lines()).as(foreign.err()).hasSize(1);
    assertThat(foreign.err()).contains("no owner candidate").contains("node1, node2");
  }

  @Test
  @Order(4)
  void shouldTakeOverFromAKilledOwnerUnderLoad() throws Exception {
    FileLoad load;
    try (FileLoad running = new FileLoad(() -> client("node3"), "v1", "kill").start()) {
      load = running;
      awaitMore(load);
      process("node1").destroyForcibly();
      awaitOwner("node2");
      awaitMore(load);
    }
    assertAllThere(load);
    succeed("up");
    assertThat(owner()).as("who came back leaves it").isEqualTo("node2");
  }

  @Test
  @Order(5)
  void shouldKeepWhatAStoppedOwnerHoldsUntilItLetsGo() throws Exception {
    FileLoad load;
    try (FileLoad running = new FileLoad(() -> client("node3"), "v1", "stop").start()) {
      load = running;
      awaitMore(load);
      long pid = process("node2").pid();
      signal("STOP", pid);
      try {
        await()
            .atMost(FOLLOWED_MAX)
            .untilAsserted(() ->
                assertThat(run("volume", "show", "v1", "--output", "json").out())
                    .contains("locked"));
      } finally {
        signal("CONT", pid);
      }
      awaitOwner("node1");
      awaitMore(load);
    }
    assertAllThere(load);
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
    assertThat(kill.waitFor()).isZero();
  }

  @Test
  @Order(6)
  void shouldPassTheVolumeOnWhenItsOwnerLeavesInOrder() throws Exception {
    FileLoad load;
    try (FileLoad running = new FileLoad(() -> client("node3"), "v1", "leave").start()) {
      load = running;
      awaitMore(load);
      process("node1").destroy();
      awaitOwner("node2");
      awaitMore(load);
    }
    assertAllThere(load);
    succeed("up");
  }

  @Test
  @Order(7)
  void shouldPauseWhileZooKeeperDoesNotAnswerAndGoOnAfter() throws Exception {
    FileLoad load;
    try (FileLoad running = new FileLoad(() -> client("node3"), "v1", "away").start()) {
      load = running;
      awaitMore(load);
      long pid = process(LocalCluster.ZOOKEEPER).pid();
      signal("STOP", pid);
      try {
        await()
            .atMost(FOLLOWED_MAX)
            .untilAsserted(() ->
                assertThat(run("volume", "show", "v1", "--output", "json").out())
                    .contains("no lease"));
      } finally {
        signal("CONT", pid);
      }
      awaitMore(load);
    }
    assertAllThere(load);
  }

  @Test
  @Order(8)
  void shouldLeaveNothingOfADeletedVolumeBehindButItsFiles() throws Exception {
    succeed("volume", "delete", "v1");

    assertThat(JSON.readTree(run("status", "--output", "json").out()).at("/volumes")).isEmpty();
    assertThat(shared("kill/stream.bin")).exists();
    succeed("down");
    for (String node : List.of("node1", "node2", "node3")) {
      assertThat(Files.readString(cluster().directory().log(node)))
          .doesNotContain("not closed in order");
    }
  }
}
