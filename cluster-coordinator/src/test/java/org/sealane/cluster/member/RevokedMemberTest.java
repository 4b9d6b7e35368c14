package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.TestDocuments;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreRequest.Lifetime;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.MemberId;
import org.sealane.smb.lane.Level;

/** Nodes that the administrator bars, and turns that go on without whoever is elected. */
class RevokedMemberTest {
  private final TestDocuments documents = new TestDocuments();
  private final MemoryStore store = new MemoryStore();
  private final LogicHarness one = new LogicHarness("node1", documents, store);
  private final LogicHarness two = new LogicHarness("node2", documents, store);
  private final SignedDocument before = documents.policy(1, Level.CLEAR, Optional.empty());
  private final SignedDocument after = documents.policy(2, Level.ENCRYPT, Optional.of(before));

  private void put(String path, DocumentSlot content) {
    byte[] data = DocumentCodec.encodeSlot(content);
    store.carryOut(
        store.exists(path)
            ? new StoreRequest.CompareAndSet(path, data, StoreRequest.ANY_VERSION)
            : new StoreRequest.Create(path, data, Lifetime.PERSISTENT),
        0);
  }

  private void settle() {
    for (int quiet = 0; quiet < 2; ) {
      boolean moved = false;
      for (LogicHarness node : List.of(one, two)) {
        while (node.step(request -> store.carryOut(request, node.session))) {
          moved = true;
        }
      }
      quiet = moved ? 0 : quiet + 1;
    }
  }

  private void pass(Duration time) {
    Duration step = Duration.ofMillis(500);
    for (Duration left = time; left.isPositive(); left = left.minus(step)) {
      one.pass(step);
      two.pass(step);
      settle();
    }
  }

  private void live() {
    one.connect();
    two.connect();
    settle();
    assertThat(List.of(one.logic.phase(), two.logic.phase())).containsOnly(MemberPhase.LIVE);
  }

  /** Signed by the administrator: what becomes of {@code node}, at {@code epoch}. */
  private void enrol(LogicHarness node, long epoch, TestKeys key, boolean revoked) {
    ObjectKey object = ObjectKey.node(TestDocuments.CLUSTER, node.node);
    VerifiedSlot known = node.disk.get(object);
    put(
        LogicHarness.PATHS.document(object),
        DocumentSlot.committed(
            documents.sign(
                new Document(
                    TestDocuments.CLUSTER,
                    object,
                    epoch,
                    known.committed().map(committed -> committed.digest()),
                    Instant.EPOCH,
                    new DocumentContent.Node(
                        node.node, Ed25519.base64(key.pair().getPublic()), revoked)))));
  }

  private void turnTo(TurnStep step) {
    put(
        LogicHarness.PATHS.document(TestDocuments.POLICY),
        TestDocuments.turning(Optional.of(before), after, step));
  }

  private Optional<TurnStep> step(LogicHarness node) {
    return node.disk.get(TestDocuments.POLICY).turn().map(VerifiedSlot.Turn::step);
  }

  @Test
  void shouldLeaveForGoodWhenItIsRevoked() {
    put(LogicHarness.PATHS.document(TestDocuments.POLICY), DocumentSlot.committed(before));
    live();
    one.elect(true);
    assertThat(one.contending).isTrue();
    assertThat(one.rules.isFailSealed()).isFalse();

    enrol(one, 2, one.key, true);
    settle();

    assertThat(one.logic.phase()).isEqualTo(MemberPhase.REVOKED);
    assertThat(one.view.connection()).isEqualTo(MemberPhase.REVOKED);
    assertThat(one.contending).isFalse();
    assertThat(one.logic.isElected()).isFalse();
    assertThat(one.rules.isFailSealed()).isTrue();
    assertThat(one.retired).hasValue("node node1 was revoked");
    assertThat(one.audited).filteredOn(e -> e.kind() == AuditKind.SELF_REVOKED).hasSize(1);
    assertThat(store.exists(LogicHarness.PATHS.node("node1"))).isFalse();
    assertThat(store.exists(LogicHarness.PATHS.lease("node1"))).isTrue();
    assertThat(one.logic.nextTick()).isEmpty();
    assertThat(one.disk).containsKey(TestDocuments.POLICY);
  }

  @Test
  void shouldStayOutWhenItIsStartedAgain() {
    live();
    enrol(one, 2, one.key, true);
    settle();

    one.retired = Optional.empty();
    one.restart();
    one.connect();
    settle();

    assertThat(one.logic.phase()).isEqualTo(MemberPhase.REVOKED);
    assertThat(one.retired).isPresent();
    assertThat(store.exists(LogicHarness.PATHS.node("node1"))).isFalse();
    one.tell(new MemberEvent.Leave());
    assertThat(one.left).isTrue();
  }

  @Test
  void shouldLeaveWhenItsNameWasEnrolledAgainWithAnotherKey() {
    live();
    enrol(one, 2, TestKeys.generate(), false);
    settle();

    assertThat(one.logic.phase()).isEqualTo(MemberPhase.REVOKED);
    assertThat(one.retired.orElseThrow()).contains("enrolled again");
  }

  @Test
  void shouldWaitWhileTheKeyBeforeItsOwnIsStillTheOneEnrolled() {
    live();
    MemberIdentity.Bundled later =
        new MemberIdentity.Bundled(
            ObjectKey.node(TestDocuments.CLUSTER, "node1").kind(),
            ObjectKey.node(TestDocuments.CLUSTER, "node1").object(),
            documents.sign(
                new Document(
                    TestDocuments.CLUSTER,
                    ObjectKey.node(TestDocuments.CLUSTER, "node1"),
                    3,
                    Optional.empty(),
                    Instant.EPOCH,
                    new DocumentContent.Node("node1", "AAAA", false))));
    MemberIdentity again =
        new MemberIdentity(
            TestDocuments.CLUSTER,
            LogicHarness.PATHS,
            "node1",
            TestKeys.generate().pair().getPublic(),
            UUID.randomUUID(),
            Optional.empty(),
            one.view.node("node1").orElseThrow().endpoints().orElseThrow(),
            List.of(later));
    enrol(one, 2, one.key, true);
    settle();

    VerifiedSlot revoked = one.disk.get(ObjectKey.node(TestDocuments.CLUSTER, "node1"));
    assertThat(OwnEnrolment.of(again, Optional.of(revoked)))
        .isInstanceOf(OwnEnrolment.Awaited.class);
    assertThat(OwnEnrolment.of(again, Optional.empty())).isInstanceOf(OwnEnrolment.Awaited.class);
  }

  @Test
  void shouldKeepOutOfTheElectionUntilItIsAMember() {
    one.boot(false);
    one.connect();
    settle();

    assertThat(one.logic.phase()).isEqualTo(MemberPhase.READING);
    assertThat(one.contending).isFalse();
    one.elect(true);
    assertThat(one.logic.isElected()).isFalse();
  }

  @Test
  void shouldFinishATurnWithoutTheRevokedNode() {
    put(LogicHarness.PATHS.document(TestDocuments.POLICY), DocumentSlot.committed(before));
    live();
    one.elect(true);
    MemberId gone = new MemberId("node1", one.session, one.incarnation);
    enrol(one, 2, one.key, true);
    settle();
    two.elect(true);
    turnTo(TurnStep.ACCEPT);
    settle();

    assertThat(step(two)).isEmpty();
    assertThat(two.rule().send().level()).isEqualTo(Level.ENCRYPT);
    assertThat(two.fences).contains(gone);
  }

  /** As one that is barred and hostile, or of a release that knows no better. */
  @Test
  void shouldMoveATurnOnWhenWhoeverIsElectedDoesNot() {
    put(LogicHarness.PATHS.document(TestDocuments.POLICY), DocumentSlot.committed(before));
    live();
    turnTo(TurnStep.ACCEPT);
    settle();
    pass(LogicHarness.TIMEOUT.minusSeconds(1));
    assertThat(step(one)).hasValue(TurnStep.ACCEPT);

    pass(Duration.ofSeconds(2));

    assertThat(step(one)).isEmpty();
    assertThat(step(two)).isEmpty();
    assertThat(one.rule().send().level()).isEqualTo(Level.ENCRYPT);
    assertThat(two.rule().send().level()).isEqualTo(Level.ENCRYPT);
    assertThat(List.of(one.logic.isElected(), two.logic.isElected())).containsOnly(false);
  }

  @Test
  void shouldNotMoveATurnOnBeforeEveryMemberHasDoneItsPart() {
    put(LogicHarness.PATHS.document(TestDocuments.POLICY), DocumentSlot.committed(before));
    live();
    StoreResult.Value entry =
        (StoreResult.Value)
            store.carryOut(new StoreRequest.Read(LogicHarness.PATHS.node("node2")), two.session);
    assertThat(entry.stat().ephemeralOwner()).isEqualTo(two.session);
    turnTo(TurnStep.ACCEPT);

    // Node 2 does nothing any more; its session, and with it its entry, stays.
    for (int i = 0; i < 100; i++) {
      one.pass(Duration.ofMillis(500));
      one.settle();
    }

    assertThat(step(one)).hasValue(TurnStep.ACCEPT);
    assertThat(one.logic.waiting().get(TestDocuments.VOLUME))
        .singleElement()
        .satisfies(missing -> assertThat(missing.node()).isEqualTo("node2"));
  }
}
