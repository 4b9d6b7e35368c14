package org.sealane.deploy.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hierynomus.msdtyp.AccessMask;
import com.hierynomus.msdtyp.FileTime;
import com.hierynomus.msfscc.FileAttributes;
import com.hierynomus.msfscc.fileinformation.FileBasicInformation;
import com.hierynomus.mssmb2.SMB2CreateDisposition;
import com.hierynomus.mssmb2.SMB2Dialect;
import com.hierynomus.mssmb2.SMB2ShareAccess;
import com.hierynomus.smbj.SmbConfig;
import com.hierynomus.smbj.share.DiskShare;
import com.hierynomus.smbj.share.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sealane.deploy.interop.UserCluster.Via;

/** Clients that are libraries, smbj and impacket, on a cluster's owner and on another node. */
@Timeout(300)
class LibraryClientsIT {
  private static final String VOLUME = "v1";
  private static final long TIMEOUT_SECONDS = 60;

  @TempDir private static Path directory;
  private static UserCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = UserCluster.start(directory, VOLUME);
    cluster.command("server", "set", "--min-dialect", "2.0.2");
    UserCluster.await(
        "2.1 and the grant on both nodes",
        () -> opens(Via.OWNER, SMB2Dialect.SMB_2_1) && opens(Via.OTHER, SMB2Dialect.SMB_2_1));
  }

  private static boolean opens(Via via, SMB2Dialect dialect) throws IOException {
    return SmbjClient.isLetIn(
        SmbjClient.config(dialect, false, TIMEOUT_SECONDS), cluster.smb(via), VOLUME);
  }

  @AfterAll
  static void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static SmbjClient smbj(Via via, SMB2Dialect dialect, boolean encrypt) throws IOException {
    SmbConfig config = SmbjClient.config(dialect, encrypt, TIMEOUT_SECONDS);
    return SmbjClient.connect(
        config, cluster.smb(via), UserCluster.USER, UserCluster.PASSWORD, VOLUME);
  }

  @Nested
  class Smbj {
    private static final Set<SMB2ShareAccess> SHARED = SMB2ShareAccess.ALL;

    static Stream<Arguments> ways() {
      return Stream.of(Via.values())
          .flatMap(via ->
              Stream.of(
                  Arguments.of(via, SMB2Dialect.SMB_2_1, false),
                  Arguments.of(via, SMB2Dialect.SMB_3_0, false),
                  Arguments.of(via, SMB2Dialect.SMB_3_0, true),
                  Arguments.of(via, SMB2Dialect.SMB_3_0_2, true),
                  Arguments.of(via, SMB2Dialect.SMB_3_1_1, false),
                  Arguments.of(via, SMB2Dialect.SMB_3_1_1, true)));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldCarryAFileBothWays(Via via, SMB2Dialect dialect, boolean encrypt) throws Exception {
      byte[] content = new byte[1_000_003];
      new Random(dialect.getValue()).nextBytes(content);
      String name = "smbj-" + via + "-" + dialect + "-" + encrypt;
      try (SmbjClient client = smbj(via, dialect, encrypt)) {
        assertThat(client.connection().getNegotiatedProtocol().getDialect()).isEqualTo(dialect);
        write(client.share(), name, content);
        assertThat(read(client.share(), name)).isEqualTo(content);
      }
      assertThat(cluster.directory(VOLUME).resolve(name)).hasBinaryContent(content);
    }

    @ParameterizedTest
    @EnumSource(Via.class)
    void shouldListRenameSetAndDelete(Via via) throws Exception {
      String folder = "dir-" + via;
      try (SmbjClient client = smbj(via, SMB2Dialect.SMB_3_1_1, true)) {
        DiskShare share = client.share();
        share.mkdir(folder);
        for (int i = 0; i < 300; i++) {
          write(share, folder + "\\file " + i, new byte[i]);
        }
        assertThat(share.list(folder)).hasSize(302);
        assertThat(share.list(folder, "file 29*")).hasSize(11);

        try (File file = open(share, folder + "\\file 0", SMB2CreateDisposition.FILE_OPEN)) {
          file.rename(folder + "\\größer 🙂");
        }
        assertThat(share.fileExists(folder + "\\file 0")).isFalse();
        assertThat(share.fileExists(folder + "\\GRÖSSER 🙂")).isFalse();
        assertThat(share.fileExists(folder + "\\größer 🙂")).isTrue();

        Instant written = Instant.parse("2001-02-03T04:05:06Z");
        setBasics(share, folder + "\\file 7", written);
        FileBasicInformation basics =
            share.getFileInformation(folder + "\\file 7", FileBasicInformation.class);
        assertThat(basics.getLastWriteTime().toInstant()).isEqualTo(written);
        assertThat(basics.getFileAttributes() & FileAttributes.FILE_ATTRIBUTE_HIDDEN.getValue())
            .isNotZero();

        share.rm(folder + "\\file 1");
        assertThat(share.fileExists(folder + "\\file 1")).isFalse();
        share.rmdir(folder, true);
        assertThat(share.folderExists(folder)).isFalse();
      }
      assertThat(cluster.directory(VOLUME).resolve(folder)).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(Via.class)
    void shouldRefuseAWrongPasswordAnUnknownUserAndAnUnknownShare(Via via) {
      SmbConfig config = SmbjClient.config(SMB2Dialect.SMB_3_1_1, true, TIMEOUT_SECONDS);
      assertThatThrownBy(
              () -> SmbjClient.connect(config, cluster.smb(via), "bert", "x", VOLUME).close())
          .hasMessageContaining("STATUS_LOGON_FAILURE");
      assertThatThrownBy(() ->
              SmbjClient.connect(config, cluster.smb(via), UserCluster.USER, "wrong", VOLUME)
                  .close())
          .hasMessageContaining("STATUS_LOGON_FAILURE");
      assertThatThrownBy(() ->
              SmbjClient.connect(
                      config, cluster.smb(via), UserCluster.USER, UserCluster.PASSWORD, "none")
                  .close())
          .hasMessageContaining("STATUS_BAD_NETWORK_NAME");
    }

    private void setBasics(DiskShare share, String name, Instant written) {
      FileTime time = FileTime.ofEpochMillis(written.toEpochMilli());
      share.setFileInformation(
          name,
          new FileBasicInformation(
              time, time, time, time, FileAttributes.FILE_ATTRIBUTE_HIDDEN.getValue()));
    }

    private static File open(DiskShare share, String name, SMB2CreateDisposition disposition) {
      return share.openFile(
          name, EnumSet.of(AccessMask.GENERIC_ALL), null, SHARED, disposition, null);
    }

    private static void write(DiskShare share, String name, byte[] content) throws IOException {
      try (File file = open(share, name, SMB2CreateDisposition.FILE_OVERWRITE_IF);
          OutputStream out = file.getOutputStream()) {
        out.write(content);
      }
    }

    private static byte[] read(DiskShare share, String name) throws IOException {
      try (File file = open(share, name, SMB2CreateDisposition.FILE_OPEN);
          InputStream in = file.getInputStream()) {
        return in.readAllBytes();
      }
    }
  }

  /**
   * impacket up to 3.0: the release that Debian has derives other keys than smbd and we do in
   * 3.1.1.
   */
  @Nested
  class Impacket {
    private static final Path PYTHON = Path.of("/usr/bin/python3");
    private static final ObjectMapper JSON = new ObjectMapper();

    @BeforeEach
    void require() throws Exception {
      boolean found =
          Files.isExecutable(PYTHON)
              && new ProcessBuilder(PYTHON.toString(), "-c", "import impacket")
                      .redirectErrorStream(true)
                      .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                      .start()
                      .waitFor()
                  == 0;
      if ("required".equals(System.getProperty("sealane.tools"))) {
        assertThat(found).as("impacket is installed").isTrue();
      }
      Assumptions.assumeTrue(found, "impacket is not installed");
    }

    static Stream<Arguments> ways() {
      return Stream.of(Via.values())
          .flatMap(via -> Stream.of("202", "210", "300").map(word -> Arguments.of(via, word)));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldUseTheShare(Via via, String dialect) throws Exception {
      JsonNode seen = run(via, UserCluster.PASSWORD, dialect);

      assertThat(seen.at("/dialect").asText()).isEqualTo(dialect);
      assertThat(seen.at("/signing").asBoolean()).isTrue();
      assertThat(seen.at("/guest").asBoolean()).isFalse();
      assertThat(seen.at("/same").asBoolean()).as("what was read is what was written").isTrue();
      assertThat(seen.at("/listed").toString()).isEqualTo("[\".\",\"..\",\"second é\"]");
      assertThat(seen.at("/size").asInt()).isEqualTo(1_000_003);
      assertThat(seen.at("/gone").asText()).isEqualTo("STATUS_OBJECT_NAME_NOT_FOUND");
    }

    @ParameterizedTest
    @EnumSource(Via.class)
    void shouldRefuseAWrongPassword(Via via) throws Exception {
      assertThat(run(via, "wrong", "300").at("/refused").asText())
          .isEqualTo("STATUS_LOGON_FAILURE");
    }

    private JsonNode run(Via via, String password, String dialect) throws Exception {
      Path script = directory.resolve("impacket_client.py");
      try (InputStream in =
          LibraryClientsIT.class.getResourceAsStream("/interop/impacket_client.py")) {
        Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
      }
      InetSocketAddress server = cluster.smb(via);
      Path output = directory.resolve("impacket.out");
      Process process =
          new ProcessBuilder(
                  PYTHON.toString(),
                  script.toString(),
                  server.getHostString(),
                  Integer.toString(server.getPort()),
                  VOLUME,
                  UserCluster.USER,
                  password,
                  dialect)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      assertThat(process.waitFor(2 * TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
      String said = Files.readString(output);
      assertThat(process.exitValue()).as(said).isZero();
      return JSON.readTree(said);
    }
  }
}
