package org.sealane.cluster.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.EpochFloor;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.smb.auth.CredentialsException;

class JoinBundleTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Validity VALIDITY = Validity.startingAt(Instant.now(), Duration.ofHours(1));
  private static final UUID VOLUME = UUID.fromString("00000000-0000-0000-0000-000000000007");

  @TempDir private Path directory;

  private JoinBundle bundle() {
    ClusterCa ca = ClusterCa.create(UUID.randomUUID(), "c1", VALIDITY, RANDOM);
    SignedDocument document =
        new SignedDocument("{}".getBytes(StandardCharsets.UTF_8), new byte[64]);
    return new JoinBundle(
        "c1",
        ca.issueNode("node1", VALIDITY),
        AdminKey.create(RANDOM).publicKey(),
        DataKeyRoot.create(RANDOM).forNode(new DocumentContent.Node("node1", "AAAA", false)),
        new EpochFloor(Map.of(ObjectKey.policy(VOLUME), 7L)),
        List.of(document));
  }

  @Test
  void shouldReadBackWhatItStored() throws Exception {
    JoinBundle bundle = bundle();
    Path file = directory.resolve("node1.bundle");

    bundle.store(file);
    JoinBundle read = JoinBundle.load(file);

    assertThat(read.clusterName()).isEqualTo("c1");
    assertThat(read.node()).isEqualTo("node1");
    assertThat(read.clusterId()).isEqualTo(bundle.clusterId());
    assertThat(read.adminKey()).isEqualTo(bundle.adminKey());
    assertThat(read.credentials()).isEqualTo(bundle.credentials());
    assertThat(read.dataKeys().generation()).isEqualTo(1);
    assertThat(read.dataKeys().key().bytes()).isEqualTo(bundle.dataKeys().key().bytes());
    assertThat(read.dataKeys().wrapping().bytes()).isEqualTo(bundle.dataKeys().wrapping().bytes());
    assertThat(read.epochFloor()).isEqualTo(bundle.epochFloor());
    assertThat(read.documents()).isEqualTo(bundle.documents());
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "join-bundle/2|join-bundle/1|not a join bundle",
        "\"clusterName\" : \"c1\"|\"clusterName\" : \"\"|'clusterName' is missing",
        "\"node\" : \"node1\"|\"node\" : \"node2\"|'node' is node2, but the certificate says node1",
        "policy/0000|police/0000|'epochFloor' names no object",
        "\"epochFloor\"|\"epochs\"|'epochFloor' is missing",
        "\"dataKeyGeneration\" : 1|\"dataKeyGeneration\" : 0|'dataKeyGeneration' is no number",
        "\"dataKeyWrapping\"|\"wrapping\"|'dataKeyWrapping' is missing",
        " : 7| : 0|'epochFloor' is not a table of numbers",
        "\"documents\" : [ \"|\"documents\" : [ \"!|'documents' holds what is no signed document",
        "BEGIN PRIVATE KEY|BEGIN|privateKey"
      })
  void shouldSayWhatIsWrong(String good, String bad, String message) throws Exception {
    Path file = directory.resolve("node1.bundle");
    bundle().store(file);
    Files.writeString(file, Files.readString(file).replace(good, bad));

    assertThatThrownBy(() -> JoinBundle.load(file))
        .isInstanceOf(CredentialsException.class)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1))
        .hasMessageContaining(message.equals("privateKey") ? file.toString() : message);
  }

  @Test
  void shouldNotQuoteTheFileWhenItIsNotJson() throws Exception {
    Path file = Files.writeString(directory.resolve("node1.bundle"), "{\"privateKey\": SECRET");

    assertThatThrownBy(() -> JoinBundle.load(file)).hasMessageNotContaining("SECRET");
  }
}
