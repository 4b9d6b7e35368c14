package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.admin.AdminException;
import org.sealane.cluster.admin.ClusterAdmin;
import org.sealane.cluster.admin.PolicyChange;
import org.sealane.cluster.admin.TurnReport;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.CuratorStore;
import org.sealane.cluster.store.StoreEvent;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreRequest.Lifetime;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.store.StoreSettings;
import org.sealane.cluster.turn.LeaseRecord;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.Statement;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.Level;

/** Someone can write to ZooKeeper: they may stop service, they must not weaken it. */
@Timeout(120)
class HostileStoreIT {
  @TempDir Path directory;

  @Test
  void shouldKeepPolicyWhenOlderSignedDocumentIsReplayed() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      TestCluster.Node node = cluster.startAll("node1").getFirst();
      UUID volume = cluster.createVolume(node, "v1");
      String slot = node.member.paths().document(ObjectKey.policy(volume));
      turn(cluster, node, volume, Level.CLEAR);
      byte[] weak = value(node.store, slot).data();
      turn(cluster, node, volume, Level.ENCRYPT);
      byte[] strong = value(node.store, slot).data();

      overwrite(node.store, slot, weak);
      await().until(() -> node.audited(AuditKind.DOCUMENT_REFUSED));

      assertThat(node.rules.rule(volume, LaneKind.CSV).weakestAccepted()).isEqualTo(Level.ENCRYPT);
      assertThat(node.member.view().volume("v1").orElseThrow().epoch()).isEqualTo(3);
      node.admin().policyReassert("v1");
      assertThat(value(node.store, slot).data()).isEqualTo(strong);
      turn(cluster, node, volume, Level.SIGN);
      assertThat(node.member.view().volume("v1").orElseThrow().epoch()).isEqualTo(4);
    }
  }

  @Test
  void shouldKeepPolicyWhenDocumentsAreForgedOrGone() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      TestCluster.Node node = cluster.startAll("node1").getFirst();
      UUID volume = cluster.createVolume(node, "v1");
      ObjectKey key = ObjectKey.policy(volume);
      String slot = node.member.paths().document(key);
      SignedDocument good =
          DocumentCodec.decodeSlot(value(node.store, slot).data()).committed().orElseThrow();
      Document forged =
          new Document(
              cluster.clusterId,
              key,
              2,
              Optional.of(good.digest()),
              Instant.EPOCH,
              PolicyChange.NONE.withCsv(Level.CLEAR).applyTo(DocumentContent.Policy.DEFAULT));
      byte[] payload = DocumentCodec.encode(forged);
      SignedDocument bySomeoneElse = new SignedDocument(payload, TestKeys.generate().sign(payload));

      for (byte[] hostile :
          List.of(
              DocumentCodec.encodeSlot(DocumentSlot.committed(bySomeoneElse)),
              DocumentCodec.encodeSlot(
                  new DocumentSlot(
                      Optional.of(good),
                      Optional.of(new DocumentSlot.Turn(bySomeoneElse, TurnStep.SEND)))),
              "{}".getBytes(),
              new byte[0])) {
        int before = refusals(node);
        overwrite(node.store, slot, hostile);
        await().until(() -> refusals(node) > before);
        assertThat(node.rules.rule(volume, LaneKind.CSV).weakestAccepted())
            .isEqualTo(Level.ENCRYPT);
      }
      int before = refusals(node);
      request(
          node.store,
          new StoreRequest.Delete(node.member.paths().epoch(key, 1), StoreRequest.ANY_VERSION));
      request(node.store, new StoreRequest.Delete(slot, StoreRequest.ANY_VERSION));
      await().until(() -> refusals(node) > before);
      assertThat(node.member.view().volume("v1").orElseThrow().policy())
          .contains(DocumentContent.Policy.DEFAULT);
    }
  }

  @Test
  void shouldReplacePendingDocumentWhenSupersededBeforeSend() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      TestCluster.Node node = cluster.startAll("node1").getFirst();
      UUID volume = cluster.createVolume(node, "v1");
      ClusterAdmin admin = node.admin();
      TestKeys silentKey = TestKeys.generate();
      admin.nodeEnroll("silent", silentKey.pair().getPublic(), cluster.adminKey::sign);
      try (CuratorStore silent = silentMember(cluster, node, silentKey)) {
        node.await(view ->
            view.node("silent").filter(n -> n.state() == ClusterView.NodeState.LIVE).isPresent());
        long first = set(cluster, admin, Level.CLEAR, false);
        assertThatThrownBy(() -> set(cluster, admin, Level.SIGN, false))
            .isInstanceOfSatisfying(
                AdminException.class,
                e -> assertThat(e.kind()).isEqualTo(AdminException.Kind.TURN_RUNNING))
            .hasMessageContaining("silent")
            .hasMessageContaining("--supersede");

        long second = set(cluster, admin, Level.SIGN, true);

        assertThat(second).isEqualTo(first + 1);
        assertThatThrownBy(() -> admin.awaitTurn(volume, first, Duration.ofSeconds(20)))
            .isInstanceOf(AdminException.class)
            .hasMessageContaining("superseded");
        release(cluster, silent, silentKey);
        request(
            silent,
            new StoreRequest.Delete(node.member.paths().node("silent"), StoreRequest.ANY_VERSION));
        admin.awaitTurn(volume, second, Duration.ofSeconds(30));
      }
      assertThat(admin.policyHistory("v1"))
          .extracting(TurnReport::state)
          .containsExactly(TurnReport.State.PAST, TurnReport.State.VOID, TurnReport.State.COMPLETE);
      assertThat(node.fenced).isEmpty();
    }
  }

  /** A member that registers and then never does anything. */
  private static CuratorStore silentMember(TestCluster cluster, TestCluster.Node node, TestKeys key)
      throws Exception {
    CuratorStore store = new CuratorStore(new StoreSettings(cluster.zookeeper.getConnectString()));
    var connected = new CompletableFuture<Long>();
    store.start(event -> {
      if (event instanceof StoreEvent.Connected c) {
        connected.complete(c.session());
      }
    });
    MemberId member =
        new MemberId("silent", connected.orTimeout(30, TimeUnit.SECONDS).join(), SILENT);
    request(
        store,
        new StoreRequest.Create(
            node.member.paths().lease("silent"),
            Statement.encode(cluster.clusterId, new LeaseRecord(member, false), key::sign),
            Lifetime.PERSISTENT));
    request(
        store,
        new StoreRequest.Create(
            node.member.paths().node("silent"),
            new Registration(
                    member,
                    node.member.view().node("node1").orElseThrow().endpoints().orElseThrow(),
                    Map.of())
                .encode(cluster.clusterId, key::sign),
            Lifetime.EPHEMERAL));
    return store;
  }

  private static final UUID SILENT = UUID.randomUUID();

  private static void release(TestCluster cluster, CuratorStore store, TestKeys key) {
    String path = new ClusterPaths("test").lease("silent");
    MemberId member = new MemberId("silent", 1, SILENT);
    request(
        store,
        new StoreRequest.CompareAndSet(
            path,
            Statement.encode(cluster.clusterId, new LeaseRecord(member, true), key::sign),
            StoreRequest.ANY_VERSION));
  }

  private static long set(TestCluster cluster, ClusterAdmin admin, Level level, boolean supersede)
      throws AdminException {
    return admin
        .policySet("v1", PolicyChange.NONE.withCsv(level), supersede, cluster.adminKey::sign)
        .epoch();
  }

  private static void turn(TestCluster cluster, TestCluster.Node node, UUID volume, Level level)
      throws AdminException {
    long epoch = set(cluster, node.admin(), level, false);
    node.admin().awaitTurn(volume, epoch, Duration.ofSeconds(30));
  }

  private static int refusals(TestCluster.Node node) {
    return (int) node.audited.stream().filter(e -> e.kind() == AuditKind.DOCUMENT_REFUSED).count();
  }

  private static StoreResult.Value value(CuratorStore store, String path) {
    return (StoreResult.Value) request(store, new StoreRequest.Read(path));
  }

  private static void overwrite(CuratorStore store, String path, byte[] data) {
    request(store, new StoreRequest.CompareAndSet(path, data, StoreRequest.ANY_VERSION));
  }

  private static StoreResult request(CuratorStore store, StoreRequest request) {
    StoreResult result = store.submit(request).toCompletableFuture().join();
    assertThat(result).isInstanceOf(StoreResult.Done.class);
    return result;
  }
}
