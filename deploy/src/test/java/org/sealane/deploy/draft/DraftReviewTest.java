package org.sealane.deploy.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.cluster.admin.PolicyChange;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentContent.Policy;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.identity.AdminKey;
import org.sealane.deploy.admin.DocumentMessages.Draft;
import org.sealane.deploy.admin.DocumentMessages.Drafted;
import org.sealane.deploy.admin.DocumentMessages.Signed;
import org.sealane.smb.lane.Level;

/** A node that drafts something else than was asked for gets no signature. */
class DraftReviewTest {
  private static final UUID CLUSTER = UUID.randomUUID();
  private static final UUID VOLUME = UUID.randomUUID();
  private static final AdminKey KEY = AdminKey.create(new SecureRandom());
  private static final PolicyChange TO_SIGN = PolicyChange.NONE.withSbl(Level.SIGN);
  private static final Policy SEALED = Policy.DEFAULT;

  private final DraftReview review = new DraftReview(CLUSTER, KEY.publicKey());

  private static byte[] payload(
      UUID cluster, ObjectKey key, long epoch, byte[] predecessor, DocumentContent content) {
    return DocumentCodec.encode(
        new Document(
            cluster,
            key,
            epoch,
            Optional.ofNullable(predecessor).map(DocumentDigest::of),
            Instant.EPOCH,
            content));
  }

  private static Signed signed(AdminKey key, byte[] payload) {
    return new Signed(base64(payload), base64(key.sign(payload)));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static final byte[] BASE = payload(CLUSTER, ObjectKey.policy(VOLUME), 3, null, SEALED);

  private static Draft draft(byte[] payload, Signed base) {
    return new Draft(List.of(new Drafted(base64(payload), base)));
  }

  private static byte[] successor(DocumentContent content) {
    return payload(CLUSTER, ObjectKey.policy(VOLUME), 4, BASE, content);
  }

  @Nested
  class Policies {
    @Test
    void shouldSignExactlyWhatWasAskedFor() throws DraftException {
      byte[] payload = successor(TO_SIGN.applyTo(SEALED));

      List<Signed> signed = review.policy(draft(payload, signed(KEY, BASE)), TO_SIGN, KEY::sign);

      assertThat(signed).hasSize(1);
      assertThat(Base64.getDecoder().decode(signed.getFirst().payload())).isEqualTo(payload);
      assertThat(
              Ed25519.verifies(
                  KEY.publicKey(),
                  payload,
                  Base64.getDecoder().decode(signed.getFirst().signature())))
          .isTrue();
    }

    @Test
    void shouldRefuseWhenAnotherLevelWasWeakened() {
      Policy weakened = TO_SIGN.withCsv(Level.CLEAR).applyTo(SEALED);

      refuses(draft(successor(weakened), signed(KEY, BASE)), "something else than was asked for");
    }

    @Test
    void shouldRefuseWhenTheBaseIsNotSigned() {
      AdminKey other = AdminKey.create(new SecureRandom());

      refuses(draft(successor(TO_SIGN.applyTo(SEALED)), signed(other, BASE)), "is not signed");
    }

    @Test
    void shouldRefuseWhenTheBaseIsAnOlderDocument() {
      Policy clear = PolicyChange.NONE.withCsv(Level.CLEAR).applyTo(SEALED);
      byte[] older = payload(CLUSTER, ObjectKey.policy(VOLUME), 2, null, clear);

      refuses(
          draft(successor(TO_SIGN.applyTo(clear)), signed(KEY, older)),
          "another document than the draft follows");
    }

    @Test
    void shouldRefuseWhenTheBaseIsHidden() {
      refuses(draft(successor(TO_SIGN.applyTo(SEALED)), null), "does not show what");
    }

    @Test
    void shouldRefuseADraftForAnotherCluster() {
      byte[] foreign =
          payload(UUID.randomUUID(), ObjectKey.policy(VOLUME), 4, BASE, TO_SIGN.applyTo(SEALED));

      refuses(draft(foreign, signed(KEY, BASE)), "for cluster");
    }

    @Test
    void shouldRefuseADeletionInPlaceOfAChange() {
      refuses(
          draft(successor(new DocumentContent.Tombstone()), signed(KEY, BASE)),
          "something else than was asked for");
    }

    @Test
    void shouldRefuseAFurtherDocument() {
      Drafted asked = new Drafted(base64(successor(TO_SIGN.applyTo(SEALED))), signed(KEY, BASE));

      refuses(new Draft(List.of(asked, asked)), "2 documents in place of 1");
    }

    @Test
    void shouldRefuseBytesThatAreNoDocument() {
      byte[] cut = Arrays.copyOf(BASE, BASE.length - 1);

      refuses(draft(cut, null), "can not be read");
      refuses(new Draft(List.of(new Drafted("!", null))), "can not be read");
    }

    private void refuses(Draft draft, String why) {
      assertThatThrownBy(() -> review.policy(draft, TO_SIGN, DraftReviewTest::mustNotSign))
          .isInstanceOf(DraftException.class)
          .hasMessageContaining(why);
    }
  }

  @Nested
  class Volumes {
    private final DocumentContent.Volume wanted =
        new DocumentContent.Volume("v1", List.of("node1"), Map.of("node1", "/srv/v1"), false);

    private Draft draftOf(Policy policy, DocumentContent.Volume volume, Signed template) {
      return new Draft(
          List.of(
              new Drafted(
                  base64(payload(CLUSTER, ObjectKey.policy(VOLUME), 1, null, policy)), template),
              new Drafted(
                  base64(payload(CLUSTER, ObjectKey.volume(VOLUME), 1, null, volume)), null)));
    }

    private List<Signed> sign(Draft draft) throws DraftException {
      return review.volume(draft, VOLUME, "v1", List.of("node1"), "/srv/v1", false, KEY::sign);
    }

    @Test
    void shouldSignTheSealedDefaultAndTheVolume() throws DraftException {
      assertThat(sign(draftOf(SEALED, wanted, null))).hasSize(2);
    }

    @Test
    void shouldSignTheAdministratorsTemplate() throws DraftException {
      Policy clear = PolicyChange.NONE.withCsv(Level.CLEAR).applyTo(SEALED);
      byte[] template = payload(CLUSTER, ObjectKey.defaultPolicy(CLUSTER), 1, null, clear);

      assertThat(sign(draftOf(clear, wanted, signed(KEY, template)))).hasSize(2);
    }

    @Test
    void shouldRefuseAWeakFirstPolicyWithoutATemplate() {
      Policy clear = PolicyChange.NONE.withCsv(Level.CLEAR).applyTo(SEALED);

      assertThatThrownBy(() -> sign(draftOf(clear, wanted, null)))
          .hasMessageContaining("something else than was asked for");
    }

    @Test
    void shouldRefuseAnotherOwnerOrPath() {
      DocumentContent.Volume elsewhere =
          new DocumentContent.Volume("v1", List.of("node2"), Map.of("node2", "/srv/v1"), false);

      assertThatThrownBy(() -> sign(draftOf(SEALED, elsewhere, null)))
          .hasMessageContaining("something else than was asked for");
    }
  }

  @Nested
  class SharedVolumes {
    private final DocumentContent.Volume shared =
        new DocumentContent.Volume(
            "v1", List.of("node1", "node2"), Map.of("node1", "/srv/v1", "node2", "/srv/v1"), true);
    private final byte[] before = payload(CLUSTER, ObjectKey.volume(VOLUME), 1, null, shared);

    private Draft moved(DocumentContent content) {
      return draft(
          payload(CLUSTER, ObjectKey.volume(VOLUME), 2, before, content), signed(KEY, before));
    }

    private List<Signed> create(DocumentContent.Volume drafted, boolean sharedBacking)
        throws DraftException {
      Draft draft =
          new Draft(
              List.of(
                  new Drafted(
                      base64(payload(CLUSTER, ObjectKey.policy(VOLUME), 1, null, SEALED)), null),
                  new Drafted(
                      base64(payload(CLUSTER, ObjectKey.volume(VOLUME), 1, null, drafted)), null)));
      return review.volume(
          draft, VOLUME, "v1", drafted.candidates(), "/srv/v1", sharedBacking, KEY::sign);
    }

    private void refusesMove(Draft draft, String name, String to) {
      assertThatThrownBy(() -> review.move(draft, name, to, DraftReviewTest::mustNotSign))
          .isInstanceOf(DraftException.class);
    }

    @Test
    void shouldSignAVolumeOfSeveralOnOnePath() throws DraftException {
      assertThat(create(shared, true)).hasSize(2);
    }

    @Test
    void shouldRefuseAnotherPathForOneOfThem() {
      DocumentContent.Volume elsewhere =
          new DocumentContent.Volume(
              "v1", shared.candidates(), Map.of("node1", "/srv/v1", "node2", "/"), true);

      assertThatThrownBy(() -> create(elsewhere, true))
          .hasMessageContaining("something else than was asked for");
    }

    @Test
    void shouldSignAMoveAndNothingElse() throws DraftException {
      assertThat(review.move(moved(shared.movedTo("node2")), "v1", "node2", KEY::sign)).hasSize(1);

      refusesMove(moved(shared), "v1", "node2");
      refusesMove(moved(shared.movedTo("node2")), "v2", "node2");
      refusesMove(moved(shared.movedTo("node2")), "v1", "node3");
      refusesMove(
          moved(
              new DocumentContent.Volume(
                  "v1", List.of("node2", "node1"), Map.of("node1", "/srv/v1", "node2", "/"), true)),
          "v1",
          "node2");
      refusesMove(moved(new DocumentContent.Tombstone()), "v1", "node2");
    }
  }

  @Nested
  class Deletions {
    private final byte[] disk =
        payload(
            CLUSTER,
            ObjectKey.disk(VOLUME),
            1,
            null,
            new DocumentContent.Disk("d1", "node1", "/srv/d1", 4096, VOLUME));

    private Draft deletion() {
      return draft(
          payload(CLUSTER, ObjectKey.disk(VOLUME), 2, disk, new DocumentContent.Tombstone()),
          signed(KEY, disk));
    }

    @Test
    void shouldSignTheDeletionOfTheObjectOfThatName() throws DraftException {
      assertThat(review.deletion(deletion(), "d1", KEY::sign)).hasSize(1);
    }

    @Test
    void shouldRefuseTheDeletionOfAnotherObject() {
      assertThatThrownBy(() -> review.deletion(deletion(), "d2", DraftReviewTest::mustNotSign))
          .hasMessageContaining("deletes nothing of the name d2");
    }
  }

  private static byte[] mustNotSign(byte[] payload) {
    throw new AssertionError("signed " + new String(payload));
  }
}
