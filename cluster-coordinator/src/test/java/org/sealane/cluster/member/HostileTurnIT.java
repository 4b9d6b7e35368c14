package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.admin.AdminException;
import org.sealane.cluster.admin.PolicyChange;
import org.sealane.cluster.admin.TurnReport;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.turn.FenceEntry;
import org.sealane.cluster.turn.LeaseRecord;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.Statement;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.Level;

/** Turns with a member that does not answer, and with an intruder who would answer for it. */
@Timeout(120)
class HostileTurnIT {
  private static final Duration TURN_MAX = Duration.ofSeconds(40);

  @TempDir Path directory;

  private TestCluster cluster;
  private TestCluster.Node node;
  private TestCluster.Node other;
  private SilentMember silent;
  private Intruder intruder;
  private ClusterPaths paths;
  private UUID volume;

  @BeforeEach
  void begin() throws Exception {
    cluster = new TestCluster(directory);
    List<TestCluster.Node> nodes = cluster.startAll("node1", "node2");
    node = nodes.getFirst();
    other = nodes.getLast();
    paths = node.member.paths();
    volume = cluster.createVolume(node, "v1");
    silent = new SilentMember(cluster, node);
    other.await(view ->
        view.node(SilentMember.NAME)
            .filter(n -> n.state() == ClusterView.NodeState.LIVE)
            .isPresent());
    intruder = new Intruder(cluster);
  }

  @AfterEach
  void end() throws Exception {
    intruder.close();
    silent.close();
    cluster.close();
  }

  private long set(Level level, boolean supersede) throws AdminException {
    return node.admin()
        .policySet("v1", PolicyChange.NONE.withCsv(level), supersede, cluster.adminKey::sign)
        .epoch();
  }

  private DocumentDigest pendingDigest() {
    return node.member
        .slots()
        .get(ObjectKey.policy(volume))
        .turn()
        .map(turn -> turn.document().digest())
        .orElseThrow();
  }

  private void awaitStep(long epoch, TurnStep step) {
    for (TestCluster.Node each : List.of(node, other)) {
      each.await(view ->
          view.volume("v1")
              .flatMap(ClusterView.VolumeView::turn)
              .filter(turn -> turn.epoch() == epoch && turn.step() == step)
              .isPresent());
    }
  }

  /** Every statement at {@code path} that was refused so far, by whoever coordinates. */
  private long refused(String path) {
    return List.of(node, other).stream()
        .flatMap(each -> each.audited.stream())
        .filter(event -> event.kind() == AuditKind.STATEMENT_REFUSED)
        .filter(event -> event.fields().get("path").equals(path))
        .count();
  }

  /** What is written is refused and audited, and moves the turn of {@code epoch} no further. */
  private void assertForgeryDoesNothing(long epoch, String path, byte[] data) throws Exception {
    LaneRule before = node.rules.rule(volume, LaneKind.CSV);
    TurnReport turn = node.admin().turn(volume, epoch);
    long refused = refused(path);
    intruder.write(path, data);
    await().until(() -> refused(path) > refused);

    assertThat(node.admin().turn(volume, epoch).step()).isEqualTo(turn.step());
    assertThat(node.admin().turn(volume, epoch).missing()).isEqualTo(turn.missing());
    assertThat(node.rules.rule(volume, LaneKind.CSV)).isEqualTo(before);
  }

  @Test
  void shouldWaitForTheMemberItselfWhenItsLedgerEntriesAreForged() throws Exception {
    long epoch = set(Level.CLEAR, false);
    awaitStep(epoch, TurnStep.ACCEPT);
    DocumentDigest digest = pendingDigest();
    String path = silent.entryPath(volume, epoch, TurnStep.ACCEPT);
    await().until(() -> node.admin().turn(volume, epoch).missing().size() == 1);

    assertForgeryDoesNothing(
        epoch, path, silent.entry(volume, epoch, digest, TurnStep.ACCEPT, intruder.key));
    // Another node's own words, and its own of another turn and another step, are not its word
    // here.
    byte[] anothers = intruder.read(paths.ledgerEntry(volume, epoch, "accept", "node1")).data();
    assertForgeryDoesNothing(epoch, path, anothers);
    assertForgeryDoesNothing(
        epoch, path, silent.entry(volume, epoch - 1, digest, TurnStep.ACCEPT, silent.key));
    assertForgeryDoesNothing(
        epoch, path, silent.entry(volume, epoch, digest, TurnStep.SEND, silent.key));
    assertForgeryDoesNothing(
        epoch, path, silent.entry(UUID.randomUUID(), epoch, digest, TurnStep.ACCEPT, silent.key));
    assertForgeryDoesNothing(epoch, path, "{}".getBytes());

    silent.does(volume, epoch, digest, TurnStep.ACCEPT);
    awaitStep(epoch, TurnStep.SEND);
  }

  @Test
  void shouldWaitForTheFenceItselfWhenFenceEntriesAreForged() throws Exception {
    CompletableFuture<Void> cutOff = new CompletableFuture<>();
    other.cutOff = cutOff;
    long epoch = set(Level.CLEAR, false);
    awaitStep(epoch, TurnStep.ACCEPT);
    silent.close();
    await().atMost(TURN_MAX).until(() -> other.fenced.contains(silent.id));
    await().atMost(TURN_MAX).until(() -> node.fenced.contains(silent.id));

    String path = paths.ledgerEntry(volume, epoch, FenceEntry.WORD, "node2");
    MemberId member =
        new MemberId(
            "node2",
            node.member.view().node("node2").orElseThrow().session().orElseThrow(),
            UUID.randomUUID());
    FenceEntry fence = new FenceEntry(volume, epoch, member, List.of(silent.id), Instant.EPOCH);
    assertForgeryDoesNothing(
        epoch, path, Statement.encode(cluster.clusterId, fence, intruder.key::sign));
    FenceEntry earlier =
        new FenceEntry(volume, epoch - 1, member, List.of(silent.id), Instant.EPOCH);
    assertForgeryDoesNothing(
        epoch, path, Statement.encode(cluster.clusterId, earlier, other.key::sign));

    cutOff.complete(null);
    node.admin().awaitTurn(volume, epoch, TURN_MAX);
  }

  @Test
  void shouldCutOffWhoHasGoneWhenItsReleaseIsForged() throws Exception {
    long epoch = set(Level.CLEAR, false);
    awaitStep(epoch, TurnStep.ACCEPT);
    String lease = paths.lease(SilentMember.NAME);
    byte[] released =
        Statement.encode(cluster.clusterId, new LeaseRecord(silent.id, true), intruder.key::sign);

    assertForgeryDoesNothing(epoch, lease, released);
    silent.close();

    node.admin().awaitTurn(volume, epoch, TURN_MAX);
    assertThat(node.fenced).contains(silent.id);
    assertThat(other.fenced).contains(silent.id);
  }

  @Test
  void shouldReplaceThePendingDocumentWhenItIsSupersededBeforeSend() throws Exception {
    long first = set(Level.CLEAR, false);
    awaitStep(first, TurnStep.ACCEPT);
    assertThatThrownBy(() -> set(Level.SIGN, false))
        .isInstanceOfSatisfying(
            AdminException.class,
            e -> assertThat(e.kind()).isEqualTo(AdminException.Kind.TURN_RUNNING))
        .hasMessageContaining("silent")
        .hasMessageContaining("--supersede");

    long second = set(Level.SIGN, true);

    assertThat(second).isEqualTo(first + 1);
    assertThatThrownBy(() -> node.admin().awaitTurn(volume, first, TURN_MAX))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("superseded");
    silent.leave();
    node.admin().awaitTurn(volume, second, TURN_MAX);
    assertThat(node.admin().policyHistory("v1"))
        .extracting(TurnReport::state)
        .containsExactly(TurnReport.State.PAST, TurnReport.State.VOID, TurnReport.State.COMPLETE);
    assertThat(node.fenced).isEmpty();
    assertThat(node.rules.rule(volume, LaneKind.CSV).weakestAccepted()).isEqualTo(Level.SIGN);
  }

  @Test
  void shouldRefuseToSupersedeAfterSendAndNameTheTurnAndWhoIsMissing() throws Exception {
    long epoch = set(Level.CLEAR, false);
    awaitStep(epoch, TurnStep.ACCEPT);
    DocumentDigest digest = pendingDigest();
    silent.does(volume, epoch, digest, TurnStep.ACCEPT);
    awaitStep(epoch, TurnStep.SEND);

    await()
        .untilAsserted(() ->
            assertThat(node.admin().turn(volume, epoch).missing())
                .containsExactly("silent: no entry for send"));
    for (boolean supersede : new boolean[] {false, true}) {
      assertThatThrownBy(() -> set(Level.SIGN, supersede))
          .isInstanceOfSatisfying(
              AdminException.class,
              e -> assertThat(e.kind()).isEqualTo(AdminException.Kind.TURN_RUNNING))
          .hasMessageContaining("step send, past its point of no return")
          .hasMessageContaining("epoch " + epoch)
          .hasMessageContaining("missing: silent: no entry for send");
    }

    silent.does(volume, epoch, digest, TurnStep.SEND);
    awaitStep(epoch, TurnStep.ENFORCE);
    silent.does(volume, epoch, digest, TurnStep.ENFORCE);
    node.admin().awaitTurn(volume, epoch, TURN_MAX);
    VerifiedSlot slot = node.member.slots().get(ObjectKey.policy(volume));
    assertThat(slot.committed().orElseThrow().digest()).isEqualTo(digest);
  }
}
