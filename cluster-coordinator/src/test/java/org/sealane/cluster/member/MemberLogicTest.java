package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.Snapshots;
import org.sealane.cluster.document.TestDocuments;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.store.StoreEvent;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreRequest.Lifetime;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.MemberId;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneRules;
import org.sealane.smb.lane.Level;

class MemberLogicTest {
  private final TestDocuments documents = new TestDocuments();
  private final MemoryStore store = new MemoryStore();
  private final LogicHarness node = new LogicHarness("node1", documents, store);
  private final SignedDocument one = documents.policy(1, Level.CLEAR, Optional.empty());
  private final SignedDocument two = documents.policy(2, Level.ENCRYPT, Optional.of(one));
  private final String slot = LogicHarness.PATHS.document(TestDocuments.POLICY);

  private void live() {
    node.connect();
    node.settle();
    assertThat(node.logic.phase()).isEqualTo(MemberPhase.LIVE);
  }

  private void put(DocumentSlot content) {
    byte[] data = DocumentCodec.encodeSlot(content);
    if (store.exists(slot)) {
      store.carryOut(new StoreRequest.CompareAndSet(slot, data, StoreRequest.ANY_VERSION), 0);
    } else {
      store.carryOut(new StoreRequest.Create(slot, data, Lifetime.PERSISTENT), 0);
    }
  }

  private DocumentSlot turning(TurnStep step) {
    return TestDocuments.turning(Optional.of(one), two, step);
  }

  private StoreResult lost(StoreRequest request) {
    store.carryOut(request, node.session);
    return new StoreResult.Uncertain("lost");
  }

  @Test
  void shouldSendNothingClearBeforeItHasReadEverythingUnderALease() {
    put(DocumentSlot.committed(one));
    assertThat(node.rules.isFailSealed()).isTrue();
    node.connect();
    while (node.logic.phase() != MemberPhase.LIVE) {
      assertThat(node.rules.isFailSealed()).isTrue();
      node.step(request -> store.carryOut(request, node.session));
    }
    assertThat(node.rules.isFailSealed()).isFalse();
    assertThat(node.rule().send().level()).isEqualTo(Level.CLEAR);
  }

  @Test
  void shouldSealWhenTheLeaseEndsAndUnsealOnlyAfterReadingAgain() {
    put(DocumentSlot.committed(one));
    live();
    long end = node.logic.lease().endsAt();
    node.nowNanos = end - 1;
    node.tell(new MemberEvent.StoreSaid(new StoreEvent.Changed("/elsewhere")));
    assertThat(node.rules.isFailSealed()).isFalse();
    node.nowNanos = end;
    node.tell(new MemberEvent.StoreSaid(new StoreEvent.Changed("/elsewhere")));
    assertThat(node.rules.isFailSealed()).isTrue();

    // The renewal is answered; the reads that must follow are not yet.
    while (!node.logic.lease().isValid(node.nowNanos)) {
      node.step(request -> store.carryOut(request, node.session));
    }
    assertThat(node.rules.isFailSealed()).isTrue();
    node.settle();
    assertThat(node.rules.isFailSealed()).isFalse();
  }

  @Test
  void shouldSendEncryptedWhileItCanNotFollowANewerPolicy() {
    SignedDocument three = documents.policy(3, Level.SIGN, Optional.of(two));
    put(DocumentSlot.committed(one));
    live();
    LaneRule before = node.rule();
    assertThat(before.send().level()).isEqualTo(Level.CLEAR);

    put(DocumentSlot.committed(three));
    node.settle();

    assertThat(node.rule().send().level()).isEqualTo(Level.ENCRYPT);
    assertThat(node.rule().send().epoch()).isEqualTo(1);
    assertThat(node.rule().weakestAccepted()).isEqualTo(before.weakestAccepted());
    assertThat(node.audited)
        .filteredOn(event -> event.kind() == AuditKind.DOCUMENT_REFUSED)
        .singleElement()
        .satisfies(event -> assertThat(event.fields()).containsEntry("reason", "BROKEN_CHAIN"));

    store.carryOut(
        new StoreRequest.Create(
            LogicHarness.PATHS.epoch(TestDocuments.POLICY, 2),
            DocumentCodec.encodeSigned(two),
            Lifetime.PERSISTENT),
        0);
    put(DocumentSlot.committed(three));
    node.settle();
    assertThat(node.rule().send().level()).isEqualTo(Level.SIGN);
    assertThat(node.rule().send().epoch()).isEqualTo(3);
  }

  @Test
  void shouldGoOnAsBeforeWhenWhatItFindsIsNotTheAdministrators() {
    put(DocumentSlot.committed(one));
    live();
    LaneRule before = node.rule();

    put(DocumentSlot.committed(new TestDocuments().policy(3, Level.SIGN, Optional.of(two))));
    node.settle();

    assertThat(node.rule()).isEqualTo(before);
    assertThat(node.audited).anyMatch(event -> event.kind() == AuditKind.DOCUMENT_REFUSED);
  }

  @Test
  void shouldKeepItsLeaseWhileRenewalsAreAnswered() {
    live();
    for (int i = 0; i < 100; i++) {
      node.pass(Duration.ofMillis(500));
      node.settle();
      assertThat(node.logic.isSealed()).isFalse();
    }
  }

  @Test
  void shouldSealAtHalfTheTimeoutWhenNoRenewalIsAnswered() {
    live();
    node.pass(LogicHarness.TIMEOUT.dividedBy(2));
    assertThat(node.logic.isSealed()).isTrue();
  }

  @Test
  void shouldSettleUncertainWritesByReadingBack() {
    put(DocumentSlot.committed(one));
    node.connect();
    Random random = new Random(7);
    LogicHarness.Fate fate =
        request -> {
          if (request.isWrite() && random.nextBoolean()) {
            return lost(request);
          }
          return store.carryOut(request, node.session);
        };
    node.elect(true);
    put(turning(TurnStep.ACCEPT));
    for (int i = 0; i < 200; i++) {
      while (node.step(fate)) {
        continue;
      }
      node.pass(Duration.ofMillis(200));
    }
    assertThat(node.view.volumes()).isEmpty();
    assertThat(node.rule().send().epoch()).isEqualTo(2);
    assertThat(node.disk.get(TestDocuments.POLICY).turn()).isEmpty();
    assertThat(store.below(LogicHarness.PATHS.turns()).keySet())
        .filteredOn(path -> path.endsWith("/node1"))
        .hasSize(3);
  }

  @Test
  void shouldWaitUntilDrainedBeforeItSaysSend() {
    put(DocumentSlot.committed(one));
    live();
    LaneRules.Pass pass = node.rules.enter(TestDocuments.VOLUME, LaneKind.SBL);
    put(turning(TurnStep.SEND));
    node.settle();
    String entry = LogicHarness.PATHS.ledgerEntry(TestDocuments.VOLUME, 2, "send", "node1");
    assertThat(node.rule().send().epoch()).isEqualTo(2);
    assertThat(store.exists(entry)).isFalse();
    pass.close();
    node.settle();
    assertThat(store.exists(entry)).isTrue();
  }

  @Test
  void shouldRemoveItsPredecessorsEntryAndWaitOutAStrangers() {
    live();
    long dead = node.session;
    node.session = 0;
    node.predecessor = Optional.of(node.incarnation);
    node.incarnation = UUID.randomUUID();
    node.boot(true);
    node.connect();
    node.settle();
    assertThat(node.logic.phase()).isEqualTo(MemberPhase.LIVE);
    assertThat(node.session).isNotEqualTo(dead);

    node.predecessor = Optional.empty();
    node.incarnation = UUID.randomUUID();
    long stranger = node.session;
    node.boot(true);
    node.connect();
    node.settle();
    assertThat(node.logic.phase()).isEqualTo(MemberPhase.REGISTERING);
    assertThat(node.audited).anyMatch(e -> e.kind() == AuditKind.REGISTRATION_WAITS);
    store.expire(stranger);
    node.pass(Duration.ofSeconds(1));
    node.settle();
    assertThat(node.logic.phase()).isEqualTo(MemberPhase.LIVE);
  }

  @Test
  void shouldRegisterAnewWhenItsEntryIsRemoved() {
    live();
    store.carryOut(
        new StoreRequest.Delete(LogicHarness.PATHS.node("node1"), StoreRequest.ANY_VERSION), 0);
    node.settle();
    assertThat(store.exists(LogicHarness.PATHS.node("node1"))).isTrue();
    assertThat(node.logic.phase()).isEqualTo(MemberPhase.LIVE);
  }

  @Test
  void shouldTellWhenItsRenewedCertificateEnds() {
    live();
    Instant expires = Instant.EPOCH.plus(Duration.ofDays(400));

    node.tell(new MemberEvent.CertificateRenewed(expires));
    node.settle();

    assertThat(node.view.node("node1").orElseThrow().endpoints().orElseThrow().certificateExpires())
        .isEqualTo(expires);
    node.expire();
    node.connect();
    node.settle();
    assertThat(node.view.node("node1").orElseThrow().endpoints().orElseThrow().certificateExpires())
        .isEqualTo(expires);
  }

  @Test
  void shouldWriteItsEntryAnewWhenSomeoneWroteOverIt() {
    live();
    String entry = LogicHarness.PATHS.node("node1");
    StoreResult.Value good =
        (StoreResult.Value) store.carryOut(new StoreRequest.Read(entry), node.session);
    store.carryOut(
        new StoreRequest.CompareAndSet(entry, "{}".getBytes(), StoreRequest.ANY_VERSION), 0);
    node.settle();
    StoreResult.Value now =
        (StoreResult.Value) store.carryOut(new StoreRequest.Read(entry), node.session);
    assertThat(now.data()).isEqualTo(good.data());
    assertThat(node.audited).filteredOn(e -> e.kind() == AuditKind.STATEMENT_REFUSED).hasSize(1);
    assertThat(node.logic.phase()).isEqualTo(MemberPhase.LIVE);
  }

  @Test
  void shouldStaySealedWhenItIsNotEnrolled() {
    node.boot(false);
    node.connect();
    node.settle();
    assertThat(node.logic.phase()).isEqualTo(MemberPhase.READING);
    assertThat(node.rules.isFailSealed()).isTrue();
  }

  @Test
  void shouldNotFollowWhatItCouldNotRemember() {
    put(DocumentSlot.committed(two));
    live();
    SignedDocument three = documents.policy(3, Level.CLEAR, Optional.of(two));
    node.failRemember = true;
    put(DocumentSlot.committed(three));
    node.settle();
    assertThat(node.rule().send().epoch()).isEqualTo(2);
    assertThat(node.rules.isFailSealed()).isTrue();
    node.failRemember = false;
    node.pass(Duration.ofSeconds(2));
    node.settle();
    node.pass(Duration.ofSeconds(2));
    node.settle();
    assertThat(node.rule().send().epoch()).isEqualTo(3);
    assertThat(node.rules.isFailSealed()).isFalse();
  }

  /** The first write fails, the second is not tried: neither may count. */
  @Test
  void shouldFollowNothingOfAnAnswerAfterWhatItCouldNotRemember() {
    put(DocumentSlot.committed(one));
    live();
    ObjectKey other = ObjectKey.node(TestDocuments.CLUSTER, "node9");
    node.expire();
    put(DocumentSlot.committed(two));
    store.carryOut(
        new StoreRequest.Create(
            LogicHarness.PATHS.document(other),
            DocumentCodec.encodeSlot(
                DocumentSlot.committed(
                    documents.sign(
                        new Document(
                            TestDocuments.CLUSTER,
                            other,
                            1,
                            Optional.empty(),
                            Instant.EPOCH,
                            new DocumentContent.Node(
                                "node9",
                                Ed25519.base64(TestKeys.generate().pair().getPublic()),
                                false))))),
            Lifetime.PERSISTENT),
        0);
    node.failRemember = true;
    node.connect();
    node.settle();

    assertThat(node.logic.slots()).isEqualTo(node.disk);
    node.failRemember = false;
    node.pass(Duration.ofSeconds(2));
    node.settle();
    assertThat(node.logic.slots()).isEqualTo(node.disk).containsKey(other);
    assertThat(node.rule().send().epoch()).isEqualTo(2);
  }

  /** A new node registers first and brings its enrolment after. */
  @Test
  void shouldSeeAMemberWhoseEnrolmentComesAfterItsEntry() {
    LogicHarness other = new LogicHarness("node2", documents, store);
    live();
    other.connect();
    other.settle();
    node.settle();

    assertThat(node.view.node("node2").orElseThrow().state()).isEqualTo(ClusterView.NodeState.LIVE);
  }

  /** Nobody cut the lanes between two that were both gone when a turn ended. */
  @Test
  void shouldCutOffWhoHasGoneBeforeItIsAMemberAgain() {
    LogicHarness other = new LogicHarness("node2", documents, store);
    live();
    other.connect();
    other.settle();
    node.settle();
    MemberId gone = new MemberId("node2", other.session, other.incarnation);
    node.expire();
    other.expire();
    node.fences.clear();

    node.connect();
    while (node.fences.isEmpty()) {
      assertThat(store.exists(LogicHarness.PATHS.node("node1"))).isFalse();
      assertThat(node.step(request -> store.carryOut(request, node.session))).isTrue();
    }
    assertThat(node.fences).containsExactly(gone);
    assertThat(store.exists(LogicHarness.PATHS.node("node1"))).isFalse();
    node.settle();
    assertThat(node.logic.phase()).isEqualTo(MemberPhase.LIVE);

    // Whoever is a member is left alone, and so is everybody in the same session.
    other.connect();
    other.settle();
    node.settle();
    node.fences.clear();
    node.expire();
    node.connect();
    node.settle();
    assertThat(node.logic.phase()).isEqualTo(MemberPhase.LIVE);
    assertThat(node.fences).isEmpty();
  }

  @Test
  void shouldReadTheChainWhenItMissedDocuments() {
    put(DocumentSlot.committed(one));
    live();
    SignedDocument three = documents.policy(3, Level.SIGN, Optional.of(two));
    node.expire();
    put(DocumentSlot.committed(three));
    node.connect();
    node.settle();
    assertThat(node.rule().send().epoch()).isEqualTo(1);
    assertThat(node.audited).anyMatch(e -> e.fields().containsValue("BROKEN_CHAIN"));
    assertThat(node.logic.slots().get(TestDocuments.POLICY).highestEpoch()).isEqualTo(1);

    store.carryOut(
        new StoreRequest.Create(
            LogicHarness.PATHS.epoch(TestDocuments.POLICY, 2),
            DocumentCodec.encodeSigned(two),
            Lifetime.PERSISTENT),
        0);
    node.expire();
    node.connect();
    node.settle();
    assertThat(node.rule().send().epoch()).isEqualTo(3);
  }

  @Test
  void shouldReleaseItsLeaseWhenItLeaves() {
    live();
    node.tell(new MemberEvent.Leave());
    node.settle();
    assertThat(node.left).isTrue();
    assertThat(node.rules.isFailSealed()).isTrue();
    assertThat(store.exists(LogicHarness.PATHS.node("node1"))).isFalse();
    assertThat(node.logic.nextTick()).isEmpty();
  }

  private record Told(String name, Consumer<LogicHarness> event) {}

  /** From each phase, what each event leads to. */
  @Test
  void shouldGoFromPhaseToPhaseAsListed() throws Exception {
    List<Told> ways =
        List.of(
            new Told("AWAY", _ -> {}),
            new Told("REGISTERING", LogicHarness::connect),
            new Told(
                "READING",
                n -> {
                  n.connect();
                  while (n.logic.phase() != MemberPhase.READING) {
                    n.step(request -> n.store.carryOut(request, n.session));
                  }
                }),
            new Told(
                "LIVE",
                n -> {
                  n.connect();
                  n.settle();
                }),
            new Told(
                "LEFT",
                n -> {
                  n.connect();
                  n.settle();
                  n.tell(new MemberEvent.Leave());
                }));
    List<Told> events =
        List.of(
            new Told(
                "connected again",
                n ->
                    n.tell(
                        said(
                            new StoreEvent.Connected(
                                Math.max(n.session, 1), LogicHarness.TIMEOUT)))),
            new Told("connected in a new session", LogicHarness::connect),
            new Told("suspended", n -> n.tell(said(new StoreEvent.Suspended()))),
            new Told("session lost", LogicHarness::expire),
            new Told("changed", n -> n.tell(said(new StoreEvent.Changed(slot)))),
            new Told("elected", n -> n.elect(true)),
            new Told("a lost reply", n -> n.step(_ -> new StoreResult.Uncertain("lost"))),
            new Told("lease's end", n -> n.pass(LogicHarness.TIMEOUT.dividedBy(2))),
            new Told("leave", n -> n.tell(new MemberEvent.Leave())));
    StringBuilder table = new StringBuilder();
    for (Told way : ways) {
      for (Told event : events) {
        LogicHarness fresh = new LogicHarness("node1", documents, new MemoryStore());
        way.event().accept(fresh);
        assertThat(fresh.logic.phase().name()).isEqualTo(way.name());
        boolean sealedBefore = fresh.logic.isSealed();
        fresh.last.clear();
        event.event().accept(fresh);
        table.append(
            "%-11s %-6s %-26s -> %-11s %-6s %s%n"
                .formatted(
                    way.name(),
                    sealedBefore ? "sealed" : "",
                    event.name(),
                    fresh.logic.phase(),
                    fresh.logic.isSealed() ? "sealed" : "",
                    actions(fresh)));
      }
    }
    Snapshots.assertMatches("member/phases.txt", table.toString().replaceAll(" +\n", "\n"));
  }

  private static MemberEvent said(StoreEvent event) {
    return new MemberEvent.StoreSaid(event);
  }

  private static String actions(LogicHarness node) {
    return node.last.stream()
        .map(action ->
            action instanceof MemberAction.Submit submit
                ? submit.request().getClass().getSimpleName()
                : action.getClass().getSimpleName())
        .distinct()
        .collect(Collectors.joining(" "));
  }
}
