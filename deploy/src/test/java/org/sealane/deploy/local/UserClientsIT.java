package org.sealane.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.interop.KerberosRealm;

/**
 * Users of a running cluster with Samba's smbclient, on the node that owns the volume and on one
 * that does not. One story in order, since a cluster takes seconds to start.
 */
@Timeout(600)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UserClientsIT {
  private static final Path TOOL = Path.of("/usr/bin/smbclient");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration FOLLOWED_MAX = Duration.ofSeconds(60);

  @TempDir private static Path directory;

  /** What smbclient came to. */
  private record Run(int exit, String output) {}

  private static CommandRun run(String... arguments) throws IOException, InterruptedException {
    return CommandRun.of(directory, arguments);
  }

  private static void succeed(String... arguments) throws IOException, InterruptedException {
    CommandRun run = run(arguments);
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
  }

  private static int port(int node) throws IOException, InterruptedException {
    JsonNode status = JSON.readTree(run("status", "--output", "json").out());
    return status.at("/nodes/" + (node - 1) + "/smb/port").asInt();
  }

  private static Process start(int node, String user, String commands, String... options)
      throws IOException, InterruptedException {
    Path configuration = directory.resolve("smb.conf");
    Files.writeString(configuration, "[global]\nclient min protocol = SMB2_02\n");
    List<String> command = new ArrayList<>(List.of(TOOL.toString()));
    command.addAll(List.of("-s", configuration.toString(), "-p", "" + port(node)));
    command.addAll(List.of("-U", user, "//127.0.0.1/v1"));
    command.addAll(List.of(options));
    if (!commands.isEmpty()) {
      command.addAll(List.of("-c", commands));
    }
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("smbclient.out").toFile())
        .start();
  }

  private static Run smbclient(int node, String user, String commands, String... options)
      throws IOException, InterruptedException {
    Process process = start(node, user, commands, options);
    process.getOutputStream().close();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return new Run(
        process.exitValue(),
        Files.readString(directory.resolve("smbclient.out"), StandardCharsets.UTF_8));
  }

  @BeforeAll
  static void up() throws Exception {
    boolean found = Files.isExecutable(TOOL);
    if ("required".equals(System.getProperty("sealane.tools"))) {
      assertThat(found).as("smbclient is installed").isTrue();
    }
    Assumptions.assumeTrue(found, "smbclient is not installed");
    succeed("up", "--nodes", "2");
    succeed("volume", "create", "v1", "--owner", "node1", "--path", "v1");
  }

  @AfterAll
  static void down() throws Exception {
    if (Files.exists(directory.resolve(".sealane/cluster.json"))) {
      LocalCluster.open(new LocalDirectory(directory.resolve(".sealane"))).stop();
    }
  }

  @Test
  @Order(1)
  void shouldKeepAUserOutUntilAVolumeIsGranted() throws Exception {
    CommandRun added =
        CommandRun.withInput(directory, "secret\n", "user", "add", "anna", "--password-stdin");
    assertThat(added.err()).isEmpty();
    CommandRun again =
        CommandRun.withInput(directory, "other\n", "user", "add", "Anna", "--password-stdin");
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err()).contains("there is a user named Anna");
    assertThat(JSON.readTree(run("user", "list", "--output", "json").out()).toString())
        .isEqualTo("[\"anna\"]");

    await()
        .atMost(FOLLOWED_MAX)
        .until(() -> smbclient(1, "anna%secret", "ls").output().contains("ACCESS_DENIED"));
    assertThat(smbclient(1, "anna%wrong", "ls").output()).contains("NT_STATUS_LOGON_FAILURE");
  }

  @Test
  @Order(2)
  void shouldCarryFilesThroughBothNodesWhenTheVolumeIsGranted() throws Exception {
    succeed("volume", "set", "v1", "--grant", "anna:change");
    byte[] content = new byte[2_000_001];
    new Random(7).nextBytes(content);
    Files.write(directory.resolve("in.bin"), content);

    await()
        .atMost(FOLLOWED_MAX)
        .until(() -> smbclient(2, "anna%secret", "put in.bin dir.bin").exit() == 0);
    Run got = smbclient(1, "anna%secret", "get dir.bin out.bin; rename dir.bin moved.bin; ls");
    assertThat(got.exit()).as(got.output()).isZero();

    assertThat(directory.resolve("out.bin")).hasBinaryContent(content);
    assertThat(got.output()).contains("moved.bin");
    succeed("cp", "v1:/moved.bin", "cp.bin", "--via", "node2");
    assertThat(directory.resolve("cp.bin")).hasBinaryContent(content);
    await()
        .atMost(FOLLOWED_MAX)
        .untilAsserted(() ->
            assertThat(run("audit", "list", "--node", "node1", "--kind", "file-opened").out())
                .as("what the owner knows of who came through the other node")
                .containsPattern("(?m)^.*node=node2.*path=dir.bin.*user=anna.*$"));
  }

  @Test
  @Order(3)
  void shouldLetAReaderReadAndNothingElse() throws Exception {
    succeed("volume", "set", "v1", "--grant", "anna:read");

    await()
        .atMost(FOLLOWED_MAX)
        .until(() ->
            smbclient(2, "anna%secret", "put in.bin no.bin").output().contains("ACCESS_DENIED"));
    for (String command : List.of("del moved.bin", "mkdir no", "rename moved.bin no.bin")) {
      assertThat(smbclient(2, "anna%secret", command).output())
          .as(command)
          .contains("ACCESS_DENIED");
    }
    assertThat(smbclient(2, "anna%secret", "get moved.bin read.bin").exit()).isZero();
    assertThat(directory.resolve("read.bin")).hasSameBinaryContentAs(directory.resolve("in.bin"));
  }

  @Test
  @Order(4)
  void shouldRefuseClientsThatCanNotEncryptWhereTheVolumeMustBe() throws Exception {
    succeed("server", "set", "--ciphers", "AES-128-GCM");
    succeed("volume", "set", "v1", "--encrypt-data", "on");

    await()
        .atMost(FOLLOWED_MAX)
        .until(() ->
            smbclient(2, "anna%secret", "ls", "--option=clientsmb3encryptionalgorithms=AES-256-CCM")
                .output()
                .contains("ACCESS_DENIED"));
    assertThat(smbclient(2, "anna%secret", "get moved.bin read.bin").exit()).isZero();
    succeed("volume", "set", "v1", "--encrypt-data", "off");
  }

  @Test
  @Order(5)
  void shouldCopyAndListByUncPathEncryptedWithoutBeingAsked() throws Exception {
    succeed("volume", "set", "v1", "--grant", "anna:change");
    String share = "//127.0.0.1:" + port(2) + "/v1";
    await()
        .atMost(FOLLOWED_MAX)
        .untilAsserted(() -> {
          CommandRun in = unc("secret", "cp", "in.bin", share + "/unc.bin", "--require-privacy");
          assertThat(in.err()).isEmpty();
        });
    assertThat(unc("secret", "ls", share + "/", "--output", "json").out()).contains("unc.bin");
    CommandRun out = unc("secret", "cp", share + "/unc.bin", "unc.bin");
    assertThat(out.err()).isEmpty();
    assertThat(directory.resolve("unc.bin")).hasSameBinaryContentAs(directory.resolve("in.bin"));

    CommandRun refused = unc("wrong", "ls", share);
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err().lines()).hasSize(1);
    assertThat(refused.err()).contains("authentication failed").contains("LOGON_FAILURE");
    assertThat(unc("secret", "ls", "//127.0.0.1:" + port(2) + "/v9").exit()).isEqualTo(1);
    assertThat(run("ls", share).exit()).as("no user").isEqualTo(2);
  }

  private static CommandRun unc(String password, String... arguments)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--user", "anna", "--password-stdin"));
    return CommandRun.withInput(directory, password + "\n", all.toArray(String[]::new));
  }

  @Test
  @Order(6)
  void shouldShowAndEndASession() throws Exception {
    Process client = start(2, "anna%secret", "");
    try {
      await().atMost(FOLLOWED_MAX).until(() -> sessions().at("/0/user").asText().equals("anna"));
      JsonNode session = sessions().get(0);
      assertThat(session.at("/node").asText()).isEqualTo("node2");
      assertThat(session.at("/dialect").asText()).isEqualTo("3.1.1");
      assertThat(session.at("/volumes/0").asText()).isEqualTo("v1");

      succeed("server", "disconnect", session.at("/session").asText());

      await().atMost(FOLLOWED_MAX).until(() -> sessions().isEmpty());
    } finally {
      client.destroy();
    }
    assertThat(run("server", "disconnect", "node2:0000000000000001").err())
        .contains("there is no session");
  }

  private static JsonNode sessions() throws IOException, InterruptedException {
    return JSON.readTree(run("server", "sessions", "--output", "json").out());
  }

  @Test
  @Order(7)
  void shouldGoByTheServersSettings() throws Exception {
    CommandRun weak = run("server", "set", "--min-dialect", "2.1", "--require-signing", "off");
    assertThat(weak.exit()).isZero();
    assertThat(weak.err()).contains("SMB 2 is spoken").contains("need not be signed");
    await()
        .atMost(FOLLOWED_MAX)
        .until(() -> smbclient(1, "anna%secret", "ls", "-m", "SMB2_10").exit() == 0);

    succeed("server", "set", "--min-dialect", "3.1.1", "--require-signing", "on");
    JsonNode shown = JSON.readTree(run("server", "show", "--output", "json").out());
    assertThat(shown.at("/minDialect").asText()).isEqualTo("3.1.1");
    assertThat(shown.at("/rejectUnencryptedAccess").asBoolean()).isTrue();
    assertThat(shown.at("/limits").toString())
        .contains("\"node\":\"node2\",\"limit\":\"smb-opens\",\"value\":65536,\"now\":");
    await()
        .atMost(FOLLOWED_MAX)
        .until(() -> smbclient(1, "anna%secret", "ls", "-m", "SMB3_02").exit() != 0);
    assertThat(smbclient(1, "anna%secret", "ls").exit()).isZero();
  }

  @Test
  @Order(8)
  void shouldTakeATicketInPlaceOfAPassword() throws Exception {
    KerberosRealm.require();
    try (KerberosRealm realm = KerberosRealm.start(directory.resolve("realm"))) {
      succeed("server", "set", "--keytab", realm.keytab().toString());
      Path ticket = realm.ticket("anna");

      await().atMost(FOLLOWED_MAX).until(() -> lists(realm, 2, ticket));
      assertThat(lists(realm, 1, realm.ticket("mallory"))).isFalse();
      succeed("server", "set", "--no-keytab");
      await().atMost(FOLLOWED_MAX).until(() -> !lists(realm, 2, ticket));
    }
  }

  /** Whether smbclient lists the volume with that ticket and nothing else. */
  private static boolean lists(KerberosRealm realm, int node, Path ticket)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                TOOL.toString(),
                "-p",
                "" + port(node),
                "--use-kerberos=required",
                "-I",
                "127.0.0.1",
                "//" + KerberosRealm.HOST + "/v1",
                "-c",
                "ls")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("kerberos.out").toFile());
    builder.environment().putAll(realm.environment(ticket));
    Process process = builder.start();
    // It asks for a password, which it does not need.
    process.getOutputStream().close();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() == 0;
  }

  @Test
  @Order(9)
  void shouldKeepARemovedUserOut() throws Exception {
    succeed("user", "remove", "anna");

    await()
        .atMost(FOLLOWED_MAX)
        .until(() -> smbclient(2, "anna%secret", "ls").output().contains("LOGON_FAILURE"));
    assertThat(run("volume", "set", "v1", "--grant", "anna:read").err())
        .contains("there is no user named anna");
  }
}
