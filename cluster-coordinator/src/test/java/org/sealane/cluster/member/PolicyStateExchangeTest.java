package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.TestDocuments;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.member.PolicyStateExchange.Answer;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.Level;

/** A node that is behind learns from its peer, and believes it no more than it does ZooKeeper. */
class PolicyStateExchangeTest {
  private final TestDocuments documents = new TestDocuments();
  private final MemoryStore store = new MemoryStore();
  private final SignedDocument one = documents.policy(1, Level.CLEAR, Optional.empty());
  private final SignedDocument two = documents.policy(2, Level.ENCRYPT, Optional.of(one));
  private LogicHarness node;
  private PolicyStateExchange exchange;

  @BeforeEach
  void live() {
    node = new LogicHarness("node1", documents, store);
    exchange =
        new PolicyStates(
            () -> Map.copyOf(node.disk),
            (offer, done) -> {
              node.tell(offer);
              done.accept(node.answer);
            });
    put(DocumentSlot.committed(one));
    node.connect();
    node.settle();
    assertThat(node.rule().send().level()).isEqualTo(Level.CLEAR);
  }

  @Test
  void shouldAdoptTheNewerStateBeforeItAnswers() {
    assertThat(offer(pending(two, TurnStep.ACCEPT))).isEqualTo(Answer.ADOPTED);
    assertThat(node.rule().accept()).hasSize(2);
    assertThat(node.rule().send().epoch()).isEqualTo(1);

    assertThat(offer(pending(two, TurnStep.SEND))).isEqualTo(Answer.ADOPTED);
    assertThat(node.rule().send().epoch()).isEqualTo(2);

    assertThat(offer(pending(two, TurnStep.ENFORCE))).isEqualTo(Answer.ADOPTED);
    assertThat(node.rule().weakestAccepted()).isEqualTo(Level.ENCRYPT);
    assertThat(node.disk.get(TestDocuments.POLICY).unverified())
        .isEqualTo(pending(two, TurnStep.ENFORCE));
  }

  @Test
  void shouldGiveBytesThatAnEqualNodeCallsTheSame() {
    byte[] state = exchange.newest(TestDocuments.VOLUME);

    assertThat(state).isNotEmpty().hasSizeLessThan(PolicyStateExchange.STATE_BYTES_MAX);
    assertThat(offer(state)).isEqualTo(Answer.SAME);
    assertThat(exchange.newest(UUID.randomUUID())).isEmpty();
  }

  @Test
  void shouldCallThePeerBehindWhenItsStateIsOlder() {
    put(pending(two, TurnStep.ENFORCE));
    node.settle();
    LaneRule rule = node.rule();

    assertThat(offer(DocumentSlot.committed(one))).isEqualTo(Answer.PEER_BEHIND);
    assertThat(offer(pending(two, TurnStep.ACCEPT))).isEqualTo(Answer.PEER_BEHIND);
    assertThat(offer(new byte[0])).isEqualTo(Answer.PEER_BEHIND);
    assertThat(node.rule()).isEqualTo(rule);
    assertThat(refusals()).isZero();
  }

  @Test
  void shouldRefuseAndAuditWhenTheStateIsBad() {
    LaneRule rule = node.rule();
    Map<ObjectKey, VerifiedSlot> disk = Map.copyOf(node.disk);
    byte[] payload = two.payload();
    SignedDocument bySomeoneElse = new SignedDocument(payload, TestKeys.generate().sign(payload));
    SignedDocument otherVolume =
        documents.sign(
            new Document(
                TestDocuments.CLUSTER,
                ObjectKey.policy(UUID.randomUUID()),
                2,
                Optional.of(one.digest()),
                Instant.EPOCH,
                TestDocuments.policy(Level.CLEAR)));
    SignedDocument secondOfOne = documents.policy(1, Level.SIGN, Optional.empty());
    byte[][] bad = {
      DocumentCodec.encodeSlot(DocumentSlot.committed(bySomeoneElse)),
      DocumentCodec.encodeSlot(pending(bySomeoneElse, TurnStep.SEND)),
      DocumentCodec.encodeSlot(DocumentSlot.committed(otherVolume)),
      DocumentCodec.encodeSlot(DocumentSlot.committed(secondOfOne)),
      "{}".getBytes(),
      new byte[] {1},
      new byte[PolicyStateExchange.STATE_BYTES_MAX + 1]
    };
    for (int i = 0; i < bad.length; i++) {
      assertThat(offer(bad[i])).as("state %s", i).isEqualTo(Answer.REFUSED);
      assertThat(refusals()).as("state %s", i).isEqualTo(i + 1);
    }
    assertThat(node.rule()).isEqualTo(rule);
    assertThat(node.disk).isEqualTo(disk);
  }

  @Test
  void shouldReadTheStoreWhenItMissedMoreThanOneDocument() {
    SignedDocument three = documents.policy(3, Level.SIGN, Optional.of(two));
    putHistory(2, two);
    put(DocumentSlot.committed(three));
    node.inbox.clear();

    assertThat(offer(DocumentSlot.committed(three))).isEqualTo(Answer.UNDECIDED);
    node.settle();

    assertThat(node.rule().send().epoch()).isEqualTo(3);
    assertThat(refusals()).isZero();
  }

  @Test
  void shouldSendEncryptedWhenAPeerKnowsWhatTheStoreHasLost() {
    SignedDocument three = documents.policy(3, Level.SIGN, Optional.of(two));

    assertThat(offer(DocumentSlot.committed(three))).isEqualTo(Answer.UNDECIDED);
    assertThat(node.rule().send().level()).isEqualTo(Level.ENCRYPT);
    // The store, restored from a backup, says what this node knows.
    put(DocumentSlot.committed(one));
    node.settle();
    assertThat(node.rule().send().level()).isEqualTo(Level.ENCRYPT);

    putHistory(2, two);
    put(DocumentSlot.committed(three));
    node.settle();
    assertThat(node.rule().send().level()).isEqualTo(Level.SIGN);
    assertThat(node.rule().send().epoch()).isEqualTo(3);
  }

  @Test
  void shouldCallThePeerBehindWhenItHasNotSeenTheEndOfTheTurn() {
    put(pending(two, TurnStep.ENFORCE));
    node.settle();
    put(DocumentSlot.committed(two));
    node.settle();

    assertThat(offer(pending(two, TurnStep.ENFORCE))).isEqualTo(Answer.PEER_BEHIND);
    assertThat(node.disk.get(TestDocuments.POLICY).turn()).isEmpty();
  }

  @Test
  void shouldJudgeTheStoreAgainAfterAPeerWasAhead() {
    assertThat(offer(pending(two, TurnStep.ACCEPT))).isEqualTo(Answer.ADOPTED);
    assertThat(refusals()).isZero();

    // The same bytes that it followed before are behind now.
    put(DocumentSlot.committed(one));
    node.settle();

    assertThat(refusals()).isEqualTo(1);
    assertThat(node.disk.get(TestDocuments.POLICY).turn()).isPresent();
  }

  @Test
  void shouldAdoptNothingWhenTheDiskIsFull() {
    node.failRemember = true;
    node.answer = Answer.UNDECIDED;

    assertThat(offer(pending(two, TurnStep.SEND))).isEqualTo(Answer.UNDECIDED);
    assertThat(node.disk.get(TestDocuments.POLICY).turn()).isEmpty();
    assertThat(node.rules.isFailSealed()).isTrue();
  }

  @Test
  void shouldLookAtNoMoreOffersThanThereIsRoomFor() {
    PolicyStateExchange busy =
        new PolicyStates(
            () -> Map.copyOf(node.disk),
            (_, _) -> {
              // The member does not come to it.
            });
    byte[] state = DocumentCodec.encodeSlot(pending(two, TurnStep.SEND));
    for (int i = 0; i < PolicyStateExchange.OFFERS_MAX; i++) {
      assertThat(busy.offer(TestDocuments.VOLUME, state).toCompletableFuture()).isNotDone();
    }
    assertThat(busy.offer(TestDocuments.VOLUME, state).toCompletableFuture())
        .isCompletedWithValue(Answer.UNDECIDED);
  }

  private DocumentSlot pending(SignedDocument next, TurnStep step) {
    return TestDocuments.turning(Optional.of(one), next, step);
  }

  private Answer offer(DocumentSlot slot) {
    return offer(DocumentCodec.encodeSlot(slot));
  }

  private Answer offer(byte[] state) {
    CompletionStage<Answer> answer = exchange.offer(TestDocuments.VOLUME, state);
    assertThat(answer.toCompletableFuture()).isDone();
    return answer.toCompletableFuture().join();
  }

  private void put(DocumentSlot slot) {
    put(LogicHarness.PATHS.document(TestDocuments.POLICY), DocumentCodec.encodeSlot(slot));
  }

  private void putHistory(long epoch, SignedDocument document) {
    put(
        LogicHarness.PATHS.epoch(TestDocuments.POLICY, epoch),
        DocumentCodec.encodeSigned(document));
  }

  private void put(String path, byte[] data) {
    store.carryOut(
        store.exists(path)
            ? new StoreRequest.CompareAndSet(path, data, StoreRequest.ANY_VERSION)
            : new StoreRequest.Create(path, data, StoreRequest.Lifetime.PERSISTENT),
        0);
  }

  private long refusals() {
    return node.audited.stream().filter(e -> e.kind() == AuditKind.DOCUMENT_REFUSED).count();
  }
}
