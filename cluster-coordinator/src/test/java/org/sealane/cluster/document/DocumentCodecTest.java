package org.sealane.cluster.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.json.StrictJson;
import org.sealane.smb.lane.Level;

class DocumentCodecTest {
  private static final UUID CLUSTER = TestDocuments.CLUSTER;
  private static final UUID VOLUME = TestDocuments.VOLUME;
  private static final DocumentDigest DIGEST = DocumentDigest.of(new byte[] {1});

  static List<Document> oneOfEachKind() {
    return List.of(
        document(ObjectKey.policy(VOLUME), TestDocuments.policy(Level.SIGN)),
        document(ObjectKey.defaultPolicy(CLUSTER), DocumentContent.Policy.DEFAULT),
        document(
            ObjectKey.volume(VOLUME),
            new DocumentContent.Volume("v1", List.of("node1"), Map.of("node1", "/srv/v1"), false)),
        document(
            ObjectKey.disk(VOLUME),
            new DocumentContent.Disk("d1", "node2", "/srv/d1", 1L << 30, VOLUME)),
        document(ObjectKey.node(CLUSTER, "node1"), new DocumentContent.Node("node1", "AAAA", true)),
        document(ObjectKey.user(VOLUME), new DocumentContent.User("AAAA")),
        document(ObjectKey.keytab(CLUSTER), new DocumentContent.Keytab("AAAA")),
        document(
            ObjectKey.dataKey(CLUSTER),
            new DocumentContent.DataKeyCopies(2, Map.of("node1", "AAAA"))),
        document(
            ObjectKey.share(VOLUME),
            new DocumentContent.Share(
                true,
                Map.of(VOLUME, DocumentContent.Grant.READ, CLUSTER, DocumentContent.Grant.FULL))),
        document(ObjectKey.server(CLUSTER), DocumentContent.Server.DEFAULT),
        document(ObjectKey.volume(VOLUME), new DocumentContent.Tombstone()));
  }

  private static Document document(ObjectKey key, DocumentContent content) {
    return new Document(CLUSTER, key, 7, Optional.of(DIGEST), Instant.EPOCH, content);
  }

  private static String text(Document document) {
    return new String(DocumentCodec.encode(document), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldEncodeAsBeforeWhenFormatIsUnchanged() throws Exception {
    StringBuilder all = new StringBuilder();
    oneOfEachKind().forEach(document -> all.append(text(document)).append('\n'));
    Snapshots.assertMatches("document/payloads.txt", all.toString());
  }

  @Test
  void shouldGiveTheSameDocumentWhenDecodingWhatWasEncoded() throws Exception {
    for (Document document : oneOfEachKind()) {
      assertThat(DocumentCodec.decode(DocumentCodec.encode(document))).isEqualTo(document);
    }
  }

  @Test
  void shouldRefuseEveryPrefixOfAPayload() {
    for (Document document : oneOfEachKind()) {
      byte[] payload = DocumentCodec.encode(document);
      for (int length = 0; length < payload.length; length++) {
        byte[] prefix = Arrays.copyOf(payload, length);
        assertThatThrownBy(() -> DocumentCodec.decode(prefix))
            .isInstanceOf(MalformedJsonException.class);
      }
    }
  }

  @Nested
  class Strictness {
    private final String good = text(oneOfEachKind().getFirst());

    @ParameterizedTest
    @ValueSource(
        strings = {
          "\"format\":1|\"format\":2",
          "\"kind\":\"policy\"|\"kind\":\"grant\"",
          "\"kind\":\"policy\"|\"kind\":\"volume\"",
          "\"epoch\":7|\"epoch\":0",
          "\"epoch\":7|\"epoch\":-7",
          "\"epoch\":7|\"epoch\":7.5",
          "\"epoch\":7|\"epoch\":\"7\"",
          "\"epoch\":7|\"epoch\":9007199254740992",
          "\"epoch\":7|\"epoch\":99999999999999999999999",
          "\"epoch\":7|\"epoch\":7,\"epoch\":7",
          "\"epoch\":7|\"epoch\":7,\"more\":1",
          "\"csv\":\"sign\"|\"csv\":\"none\"",
          "\"csv\":\"sign\"|\"csv\":\"sign\",\"csv\":\"clear\"",
          "\"csv\":\"sign\"|\"csv\":null",
          "\"csv\":\"sign\",|",
          "\"AES-128-GCM\",\"AES-256-GCM\"|",
          "\"AES-128-GCM\",\"AES-256-GCM\"|\"AES-128-GCM\",\"AES-128-GCM\"",
          "\"AES-128-GCM\"|\"DES\"",
          "\"rekeySeconds\":3600|\"rekeySeconds\":0",
          "\"transport\":\"tcp-only\"|\"transport\":\"TCP-ONLY\"",
          "\"object\":\"aaaaaaaa|\"object\":\"AAAAAAAA",
          "\"predecessor\":\"|\"predecessor\":\"0",
        })
    void shouldRefuseWhenAFieldIsNotWhatItMustBe(String change) {
      String[] parts = change.split("\\|", -1);
      assertThat(good).contains(parts[0]);
      String bad = good.replace(parts[0], parts[1]);
      assertThatThrownBy(() -> DocumentCodec.decode(bytes(bad)))
          .isInstanceOf(MalformedJsonException.class);
    }

    @Test
    void shouldRefuseWhenSomethingFollows() {
      assertThatThrownBy(() -> DocumentCodec.decode(bytes(good + "{}")))
          .isInstanceOf(MalformedJsonException.class);
    }

    @Test
    void shouldRefuseWhenTooLong() {
      String padded = good + " ".repeat(DocumentCodec.PAYLOAD_BYTES_MAX - good.length());
      assertThat(bytes(padded)).hasSize(DocumentCodec.PAYLOAD_BYTES_MAX);
      assertThatThrownBy(() -> DocumentCodec.decode(bytes(padded + " ")))
          .isInstanceOf(MalformedJsonException.class)
          .hasMessageContaining("at most");
    }

    @Test
    void shouldRefuseWhenNestedTooDeep() {
      String deep =
          "{\"a\":".repeat(StrictJson.DEPTH_MAX + 1) + "1" + "}".repeat(StrictJson.DEPTH_MAX + 1);
      assertThatThrownBy(() -> StrictJson.parse(bytes(deep)))
          .isInstanceOf(MalformedJsonException.class);
    }

    @Test
    void shouldRefuseWhenANodeDocumentIsOfAnotherName() {
      assertThatThrownBy(() ->
              document(
                  ObjectKey.node(CLUSTER, "node2"),
                  new DocumentContent.Node("node1", "AAAA", false)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Nested
  class Slots {
    @Test
    void shouldGiveTheSameSlotWhenDecodingWhatWasEncoded() throws Exception {
      SignedDocument one = new SignedDocument(new byte[] {1, 2}, new byte[64]);
      SignedDocument two = new SignedDocument(new byte[] {3}, new byte[64]);
      for (DocumentSlot slot :
          List.of(
              DocumentSlot.committed(one),
              new DocumentSlot(
                  Optional.empty(), Optional.of(new DocumentSlot.Turn(one, TurnStep.ACCEPT))),
              new DocumentSlot(
                  Optional.of(one), Optional.of(new DocumentSlot.Turn(two, TurnStep.SEND))))) {
        assertThat(DocumentCodec.decodeSlot(DocumentCodec.encodeSlot(slot))).isEqualTo(slot);
      }
    }

    @Test
    void shouldRefuseWhenTheStepIsUnknown() {
      SignedDocument one = new SignedDocument(new byte[] {1, 2}, new byte[64]);
      String text =
          new String(
              DocumentCodec.encodeSlot(
                  new DocumentSlot(
                      Optional.empty(), Optional.of(new DocumentSlot.Turn(one, TurnStep.ACCEPT)))),
              StandardCharsets.UTF_8);
      assertThatThrownBy(() -> DocumentCodec.decodeSlot(bytes(text.replace("accept", "finish"))))
          .isInstanceOf(MalformedJsonException.class)
          .hasMessageContaining("turn.step");
    }
  }
}
