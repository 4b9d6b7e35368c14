package org.sealane.cluster.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentContent.DataKeyCopies;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.smb.auth.CredentialsException;

class DataKeyRootTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final UUID CLUSTER = new UUID(1, 1);
  private static final UUID OBJECT = new UUID(2, 2);

  private final DataKeyRoot root = DataKeyRoot.create(RANDOM);
  private final DocumentContent.Node node1 = new DocumentContent.Node("node1", "AAAA", false);
  private final DocumentContent.Node node2 = new DocumentContent.Node("node2", "BBBB", false);

  @TempDir private Path directory;

  private byte[] sealed(long generation) {
    return root.key(generation).seal("user", OBJECT, new byte[] {7}, RANDOM);
  }

  private static boolean opens(List<DataKey> keys, byte[] sealed) {
    return keys.stream().anyMatch(key -> key.open("user", OBJECT, sealed).isPresent());
  }

  private List<DataKey> of(DocumentContent.Node node, DataKeyCopies document) {
    return root.forNode(node).inForce(CLUSTER, node.name(), Optional.of(document));
  }

  @Test
  void shouldGiveTheNextKeyToThoseThatStayAndNotToTheOneThatLeaves() {
    DataKeyCopies document = root.wrap(CLUSTER, 2, List.of(node1), RANDOM);

    assertThat(opens(of(node1, document), sealed(2))).isTrue();
    // Until it is sealed again, what was sealed before stays readable.
    assertThat(opens(of(node1, document), sealed(1))).isTrue();
    assertThat(of(node2, document)).isEmpty();

    NodeDataKeys leaver = root.forNode(node2);
    assertThat(opens(List.of(leaver.key(), leaver.wrapping()), sealed(2))).isFalse();
    DataKeyCopies stolen = new DataKeyCopies(2, Map.of("node2", document.copies().get("node1")));
    assertThat(of(node2, stolen)).isEmpty();
  }

  @Test
  void shouldWrapForTheKeyThatANodeIsEnrolledWith() {
    DataKeyCopies document = root.wrap(CLUSTER, 2, List.of(node1), RANDOM);
    DocumentContent.Node replaced = new DocumentContent.Node("node1", "CCCC", false);

    assertThat(of(replaced, document)).isEmpty();
  }

  @Test
  void shouldNotTakeACopyForAnotherGenerationOrCluster() {
    String copy = root.wrap(CLUSTER, 2, List.of(node1), RANDOM).copies().get("node1");

    assertThat(of(node1, new DataKeyCopies(3, Map.of("node1", copy)))).isEmpty();
    DataKeyCopies document = new DataKeyCopies(2, Map.of("node1", copy));
    assertThat(root.forNode(node1).inForce(OBJECT, "node1", Optional.of(document))).isEmpty();
  }

  @Test
  void shouldGiveALateJoinerTheKeyInForceInItsBundle() {
    DataKeyCopies document = root.wrap(CLUSTER, 2, List.of(node1), RANDOM);
    NodeDataKeys late = root.atLeast(2).forNode(node2);

    assertThat(late.generation()).isEqualTo(2);
    assertThat(opens(late.inForce(CLUSTER, "node2", Optional.of(document)), sealed(2))).isTrue();
    // Before it has read the document, too.
    assertThat(opens(late.inForce(CLUSTER, "node2", Optional.empty()), sealed(2))).isTrue();
    DataKeyCopies next = root.wrap(CLUSTER, 3, List.of(node1, node2), RANDOM);
    assertThat(opens(late.inForce(CLUSTER, "node2", Optional.of(next)), sealed(3))).isTrue();
  }

  @Test
  void shouldRememberTheHighestGeneration() throws Exception {
    root.store(directory);
    assertThat(DataKeyRoot.load(directory).generation()).isEqualTo(1);
    DataKeyRoot.load(directory).remember(directory, 5).remember(directory, 4);

    assertThat(DataKeyRoot.load(directory).generation()).isEqualTo(5);
    assertThat(DataKeyRoot.load(directory).key(5).bytes()).isEqualTo(root.key(5).bytes());
    assertThat(root.key(5).bytes()).isNotEqualTo(root.key(4).bytes());
    assertThat(root.toString()).isEqualTo("DataKeyRoot[generation=1]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "0", "-1", "99999999999999999999"})
  void shouldSayWhichFileHasNoGeneration(String text) throws Exception {
    root.store(directory);
    Path file = Files.writeString(directory.resolve(DataKeyRoot.GENERATION_FILE), text);

    assertThatThrownBy(() -> DataKeyRoot.load(directory))
        .isInstanceOf(CredentialsException.class)
        .hasMessageStartingWith(file + ": ");
  }

  @Test
  void shouldFitTheMostNodesIntoOneDocumentAndNoMore() throws Exception {
    List<DocumentContent.Node> nodes = new ArrayList<>();
    for (int i = 0; i < DataKeyCopies.COPIES_MAX; i++) {
      nodes.add(new DocumentContent.Node("n".repeat(60) + i, "AAAA", false));
    }
    DataKeyCopies content = root.wrap(CLUSTER, 2, nodes, RANDOM);
    Document document =
        new Document(
            CLUSTER,
            ObjectKey.dataKey(CLUSTER),
            1,
            Optional.empty(),
            java.time.Instant.EPOCH,
            content);
    assertThat(DocumentCodec.decode(DocumentCodec.encode(document))).isEqualTo(document);

    nodes.add(node1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> root.wrap(CLUSTER, 2, nodes, RANDOM))
        .withMessageContaining("257 nodes, at most 256");
  }
}
