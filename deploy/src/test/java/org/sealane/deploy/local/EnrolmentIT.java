package org.sealane.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.identity.DataKey;
import org.sealane.cluster.identity.JoinBundle;
import org.sealane.cluster.identity.NodeDataKeys;
import org.sealane.cluster.identity.UserAccount;
import org.sealane.cluster.store.ClusterPaths;

/** Nodes let in, barred and let in again, through the command. The tests are one story in order. */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EnrolmentIT {
  private static final Duration SETTLED_MAX = Duration.ofSeconds(90);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path directory;

  private static CommandRun run(String... arguments) throws IOException, InterruptedException {
    return CommandRun.of(directory, arguments);
  }

  private static void runs(String... arguments) throws IOException, InterruptedException {
    CommandRun done = run(arguments);
    assertThat(done.exit()).as(done.err()).isZero();
  }

  private static JsonNode status() throws IOException, InterruptedException {
    return JSON.readTree(run("status", "--output", "json").out());
  }

  private static LocalCluster cluster() throws IOException {
    return LocalCluster.open(new LocalDirectory(directory.resolve(".sealane")));
  }

  @BeforeAll
  static void up() throws Exception {
    runs("up", "--nodes", "2");
    runs("volume", "create", "v1", "--owner", "node1", "--path", "v1");
    runs("policy", "set", "v1", "--csv", "clear", "--wait", "--timeout", "60s");
    Files.writeString(directory.resolve("in.txt"), "sealed or not");
    runs("cp", "in.txt", "v1:/in.txt", "--via", "node2");
    CommandRun added =
        CommandRun.withInput(directory, "secret\n", "user", "add", "anna", "--password-stdin");
    assertThat(added.exit()).as(added.err()).isZero();
    runs("volume", "set", "v1", "--grant", "anna:read");
    Files.write(directory.resolve("service.keytab"), keytab());
    runs("server", "set", "--keytab", "service.keytab");
  }

  /** MIT's format, with one key of cifs/h1@R. */
  private static byte[] keytab() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(0x0502);
    // Two components; realm, names and key are counted.
    out.writeInt(2 + 3 + 6 + 4 + 4 + 4 + 1 + 2 + 34);
    out.writeShort(2);
    for (String text : List.of("R", "cifs", "h1")) {
      out.writeShort(text.length());
      out.writeBytes(text);
    }
    out.writeInt(1);
    out.writeInt(0);
    out.writeByte(1);
    out.writeShort(18);
    out.writeShort(32);
    out.write(new byte[32]);
    return bytes.toByteArray();
  }

  private static String shownKeytab() throws Exception {
    return JSON.readTree(run("server", "show", "--output", "json").out()).at("/keytab").toString();
  }

  /** Whether anna gets a file from a node with her password. */
  private static boolean annaGetsIn(int node, String password) throws Exception {
    int port = status().at("/nodes/" + (node - 1) + "/smb/port").asInt();
    CommandRun got =
        CommandRun.withInput(
            directory,
            password + "\n",
            "cp",
            "//127.0.0.1:" + port + "/v1/in.txt",
            "got.txt",
            "--user",
            "anna",
            "--password-stdin");
    return got.exit() == 0;
  }

  /** The accounts in ZooKeeper that open under one of {@code keys}; at least one must be there. */
  private static long opened(List<DataKey> keys) throws Exception {
    LocalManifest cluster = cluster().manifest();
    ClusterPaths paths = new ClusterPaths(cluster.cluster());
    String users = paths.document(ObjectKey.user(new UUID(0, 0)));
    users = users.substring(0, users.lastIndexOf('/'));
    ZooKeeper zookeeper = new ZooKeeper("127.0.0.1:" + cluster.zookeeperPort(), 30_000, _ -> {});
    try {
      List<String> ids = zookeeper.getChildren(users, false);
      assertThat(ids).isNotEmpty();
      long opened = 0;
      for (String id : ids) {
        UUID user = UUID.fromString(id);
        byte[] slot = zookeeper.getData(paths.document(ObjectKey.user(user)), false, null);
        byte[] payload = DocumentCodec.decodeSlot(slot).committed().orElseThrow().payload();
        DocumentContent.User content =
            (DocumentContent.User) DocumentCodec.decode(payload).content();
        opened += UserAccount.open(user, content, keys).isPresent() ? 1 : 0;
      }
      return opened;
    } finally {
      zookeeper.close();
    }
  }

  @AfterAll
  static void down() throws Exception {
    if (Files.exists(directory.resolve(".sealane/cluster.json"))) {
      cluster().stop();
    }
  }

  @Test
  @Order(1)
  void shouldTellANewNodeWhichEpochsAreInForce() throws Exception {
    Path file = directory.resolve("node3.bundle");
    runs("node", "enroll", "node3", "--bundle", file.toString());

    JoinBundle bundle = JoinBundle.load(file);
    UUID volume = UUID.fromString(status().at("/volumes/0/uuid").asText());
    assertThat(bundle.epochFloor().of(ObjectKey.policy(volume))).hasValue(2);
    assertThat(bundle.epochFloor().of(ObjectKey.volume(volume))).hasValue(1);
    assertThat(bundle.epochFloor().of(ObjectKey.node(bundle.clusterId(), "node2"))).hasValue(1);
  }

  @Test
  @Order(2)
  void shouldNotEnrollANameTwiceByMistake() throws Exception {
    Path file = directory.resolve("second.bundle");
    CommandRun refused = run("node", "enroll", "node2", "--bundle", file.toString());

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err().lines()).hasSize(1);
    assertThat(refused.err()).contains("enrolled already").contains("--replace");
    assertThat(file).doesNotExist();
  }

  @Test
  @Order(2)
  void shouldRenewACertificateWhileTheNodeRuns() throws Exception {
    Path file = cluster().directory().nodeBundle("node2");
    JoinBundle before = JoinBundle.load(file);
    long pid = status().at("/nodes/1/pid").asLong();

    runs("node", "renew", "node2");

    JoinBundle after = JoinBundle.load(file);
    X509Certificate renewed = after.credentials().keys().certificate();
    assertThat(renewed.getNotAfter())
        .isAfter(before.credentials().keys().certificate().getNotAfter());
    assertThat(renewed.getPublicKey())
        .isEqualTo(before.credentials().keys().certificate().getPublicKey());
    await()
        .atMost(SETTLED_MAX)
        .untilAsserted(() ->
            assertThat(Instant.parse(status().at("/nodes/1/certificateExpires").asText()))
                .isEqualTo(renewed.getNotAfter().toInstant()));
    assertThat(status().at("/nodes/1/pid").asLong()).isEqualTo(pid);
    runs("ls", "v1:/", "--via", "node2");
    CommandRun unknown = run("node", "renew", "node9");
    assertThat(unknown.exit()).isEqualTo(1);
    assertThat(unknown.err()).contains("there is no node node9");
  }

  @Test
  @Order(3)
  void shouldEndTheLanesOfARevokedNode() throws Exception {
    assertThat(status().at("/lanes")).isNotEmpty();
    NodeDataKeys leaver = JoinBundle.load(cluster().directory().nodeBundle("node2")).dataKeys();
    List<DataKey> itsKeys = List.of(leaver.key(), leaver.wrapping());
    assertThat(opened(itsKeys)).isEqualTo(1);
    runs("node", "revoke", "node2");

    assertThat(opened(itsKeys)).isZero();
    assertThat(shownKeytab()).as("sealed again").isEqualTo("[\"cifs/h1@R\"]");
    assertThat(annaGetsIn(1, "secret")).isTrue();
    await()
        .atMost(SETTLED_MAX)
        .untilAsserted(() -> {
          JsonNode status = status();
          assertThat(status.at("/nodes/1/state").asText()).isEqualTo("revoked");
          assertThat(status.at("/lanes")).isEmpty();
        });
    await()
        .atMost(SETTLED_MAX)
        .untilAsserted(() -> assertThat(toldByNode2()).contains("takes no part"));
    CommandRun list = run("ls", "v1:/", "--via", "node2");
    assertThat(list.exit()).isEqualTo(1);
    assertThat(run("node", "revoke", "node2").err()).contains("revoked already");
  }

  @Test
  @Order(4)
  void shouldTurnWhileARevokedNodeStillRuns() throws Exception {
    assertThat(cluster().running("node2").flatMap(ProcessRecord::find)).isPresent();

    runs("policy", "set", "v1", "--csv", "encrypt", "--wait", "--timeout", "60s");

    assertThat(cluster().running("node2").flatMap(ProcessRecord::find)).isPresent();
  }

  @Test
  @Order(5)
  void shouldLetTheNameInAgainWithAnotherKey() throws Exception {
    Path file = directory.resolve("again.bundle");
    runs("node", "enroll", "node2", "--replace", "--bundle", file.toString());
    LocalCluster cluster = cluster();
    cluster.running("node2").flatMap(ProcessRecord::find).orElseThrow().destroy();
    assertThat(cluster.running("node2").map(node -> exited(node)).orElse(true)).isTrue();
    Files.move(file, cluster.directory().nodeBundle("node2"), StandardCopyOption.REPLACE_EXISTING);

    runs("up");
    await()
        .atMost(SETTLED_MAX)
        .untilAsserted(() -> {
          CommandRun back = run("cp", "v1:/in.txt", "out.txt", "--via", "node2");
          assertThat(back.err()).isEmpty();
        });
    assertThat(directory.resolve("out.txt")).hasContent("sealed or not");
    assertThat(status().at("/nodes/1/state").asText()).isEqualTo("live");
    await().atMost(SETTLED_MAX).until(() -> annaGetsIn(2, "secret"));
  }

  @Test
  @Order(6)
  void shouldChangeAPasswordAndKeepTheGrants() throws Exception {
    CommandRun changed =
        CommandRun.withInput(
            directory, "other\n", "user", "add", "anna", "--replace", "--password-stdin");
    assertThat(changed.exit()).as(changed.err()).isZero();

    await().atMost(SETTLED_MAX).until(() -> annaGetsIn(1, "other") && annaGetsIn(2, "other"));
    assertThat(annaGetsIn(1, "secret")).isFalse();
    CommandRun nobody =
        CommandRun.withInput(
            directory, "other\n", "user", "add", "bert", "--replace", "--password-stdin");
    assertThat(nobody.err()).contains("there is no user named bert");
  }

  @Test
  @Order(7)
  void shouldTakeAKeytabAwayAndRefuseWhatIsNone() throws Exception {
    runs("server", "set", "--no-keytab");
    assertThat(shownKeytab()).isEqualTo("[]");

    Files.writeString(directory.resolve("wrong.keytab"), "no keytab");
    CommandRun refused = run("server", "set", "--keytab", "wrong.keytab");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("wrong.keytab: not a keytab of version 2");
    assertThat(shownKeytab()).isEqualTo("[]");
  }

  private static String toldByNode2() throws IOException, InterruptedException {
    LocalCluster cluster = cluster();
    CommandRun told =
        run(
            "status",
            "--connect",
            cluster.adminAddresses().get(1).toString(),
            "--credentials",
            cluster.directory().credentials().toString());
    return told.err();
  }

  private static boolean exited(ProcessRecord process) {
    try {
      return process.awaitExit(SETTLED_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
