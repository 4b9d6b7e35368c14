package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.admin.AdminException;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.ownership.BackingException;
import org.sealane.cluster.ownership.BackingMarker;
import org.sealane.cluster.ownership.OwnerTerm;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.store.StoreSessions;

@Timeout(120)
class VolumeOwnershipIT {
  @TempDir Path directory;

  private static ClusterView.VolumeView volume(TestCluster.Node node) {
    return node.member.view().volume("v1").orElseThrow();
  }

  private static void awaitOwned(TestCluster.Node node, String owner) {
    node.await(view ->
        view.volume("v1").filter(v -> v.owner().filter(owner::equals).isPresent()).isPresent());
  }

  @Test
  void shouldShowTheOwnerOnEveryNodeAndKeepItsEpochGrowingAcrossRestarts() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2");
      TestCluster.Node owner = nodes.getFirst();
      cluster.createVolume(owner, "v1");
      awaitOwned(nodes.getLast(), "node1");
      awaitOwned(owner, "node1");
      long first = volume(owner).ownerEpoch().orElseThrow();
      assertThat(volume(owner).servedHere()).isTrue();
      assertThat(volume(nodes.getLast()).servedHere()).isFalse();

      owner.crash();
      owner.start();
      owner.awaitLive();
      owner.await(view -> view.volume("v1").orElseThrow().servedHere());

      assertThat(volume(owner).ownerEpoch().orElseThrow()).isGreaterThan(first);
    }
  }

  @Test
  void shouldRefuseToOwnWhenTheMarkerIsMissing() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      TestCluster.Node owner = cluster.startAll("node1").getFirst();
      cluster.createVolume(owner, "v1");
      owner.await(view -> view.volume("v1").orElseThrow().servedHere());
      owner.crash();
      Files.delete(owner.path("v1").resolve(BackingMarker.FILE_NAME));
      owner.audited.clear();
      owner.start();

      owner.awaitLive();
      await().until(() -> owner.audited(AuditKind.OWNERSHIP_REFUSED));
      assertThat(volume(owner).servedHere()).isFalse();
      assertThat(volume(owner).owner()).isEmpty();
    }
  }

  @Test
  void shouldStopServingAndForgetTheNameWhenTheVolumeIsDeleted() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      TestCluster.Node owner = cluster.startAll("node1").getFirst();
      UUID volume = cluster.createVolume(owner, "v1");
      owner.await(view -> view.volume("v1").orElseThrow().servedHere());
      owner.admin().diskAdd("d1", "node1", "/d1", 1 << 20, "v1", cluster.adminKey::sign);
      owner.await(view -> view.disk("d1").isPresent());
      assertThatThrownBy(() -> owner.admin().volumeDelete("v1", cluster.adminKey::sign))
          .isInstanceOf(AdminException.class)
          .hasMessageContaining("d1");
      owner.admin().diskRemove("d1", cluster.adminKey::sign);
      owner.await(view -> view.disks().isEmpty());

      owner.admin().volumeDelete("v1", cluster.adminKey::sign);

      owner.await(view -> view.volumes().isEmpty());
      try (BackingMarker free =
          BackingMarker.claim(owner.path("v1"), List.of(directory), cluster.clusterId, volume)) {
        assertThat(free.lastOwnerEpoch()).isPositive();
      }
    }
  }

  @Test
  void shouldSayPlainlyWhatCanNotBeCreated() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2");
      var admin = nodes.getFirst().admin();
      assertThatThrownBy(() ->
              admin.volumeCreate(
                  "v1", List.of("node1", "node2"), "/x", (_, _, _) -> {}, cluster.adminKey::sign))
          .isInstanceOf(AdminException.class)
          .hasMessageContaining("--shared-backing");
      assertThatThrownBy(() ->
              admin.volumeCreate(
                  "v1", List.of("node9"), "/x", (_, _, _) -> {}, cluster.adminKey::sign))
          .isInstanceOf(AdminException.class)
          .hasMessageContaining("no node node9");
      assertThatThrownBy(() ->
              admin.volumeCreate(
                  "v1",
                  List.of("node1"),
                  "/x",
                  (_, _, _) -> {
                    throw new BackingException("/x is not there");
                  },
                  cluster.adminKey::sign))
          .isInstanceOf(AdminException.class)
          .hasMessageContaining("/x is not there");
      assertThat(nodes.getFirst().member.view().volumes()).isEmpty();
    }
  }

  private static void awaitServedBy(TestCluster.Node node) {
    node.await(view -> view.volume("v1").filter(ClusterView.VolumeView::servedHere).isPresent());
  }

  @Test
  void shouldPassTheVolumeToTheNextCandidateWhenTheOwnerIsGone() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2", "node3");
      TestCluster.Node first = nodes.get(0);
      TestCluster.Node second = nodes.get(1);
      UUID volume = cluster.createSharedVolume("v1", first, second);
      awaitServedBy(first);
      long epoch = volume(first).ownerEpoch().orElseThrow();
      assertThat(first.member.term(volume).orElseThrow().isServing()).isTrue();
      assertThat(second.member.term(volume)).isEmpty();

      first.crash();

      awaitServedBy(second);
      awaitOwned(nodes.get(2), "node2");
      assertThat(volume(second).ownerEpoch().orElseThrow()).isGreaterThan(epoch);

      first.start();
      first.awaitLive();
      awaitOwned(first, "node2");
      assertThat(first.member.term(volume)).as("the owner stays").isEmpty();
    }
  }

  @Test
  void shouldMoveToTheCandidateThatADocumentNamesFirst() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2", "node3");
      UUID volume = cluster.createSharedVolume("v1", nodes.get(0), nodes.get(1));
      awaitServedBy(nodes.get(0));
      OwnerTerm term = nodes.get(0).member.term(volume).orElseThrow();
      assertThat(term.enter()).isTrue();

      nodes.get(2).admin().volumeMove("v1", "node2", cluster.adminKey::sign);

      await().until(term::isEnded);
      assertThat(volume(nodes.get(1)).owner()).as("an operation is under way").contains("node1");
      assertThat(nodes.get(1).member.term(volume)).isEmpty();
      assertThat(term.leave()).as("it began in time").isTrue();
      awaitServedBy(nodes.get(1));
      awaitOwned(nodes.get(0), "node2");
      await().until(() -> nodes.get(0).audited(AuditKind.OWNERSHIP_GIVEN_UP));
      assertThatThrownBy(
              () -> nodes.get(2).admin().volumeMove("v1", "node3", cluster.adminKey::sign))
          .isInstanceOf(AdminException.class)
          .hasMessageContaining("no owner candidate");
      nodes.get(0).crash();
      nodes.get(2).await(view -> view.node("node1").orElseThrow().endpoints().isEmpty());
      assertThatThrownBy(
              () -> nodes.get(2).admin().volumeMove("v1", "node1", cluster.adminKey::sign))
          .isInstanceOf(AdminException.class)
          .hasMessageContaining("not live");
    }
  }

  @Test
  void shouldAcknowledgeNothingWhenPausedPastItsLeaseAndLetNobodyInUntilItHasEnded()
      throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2");
      TestCluster.Node paused = nodes.get(0);
      TestCluster.Node other = nodes.get(1);
      UUID volume = cluster.createSharedVolume("v1", paused, other);
      awaitServedBy(paused);
      long epoch = volume(paused).ownerEpoch().orElseThrow();
      OwnerTerm term = paused.member.term(volume).orElseThrow();
      assertThat(term.enter()).isTrue();

      // Nothing of its membership runs any more; its session ends, and it does not know.
      CountDownLatch resume = new CountDownLatch(1);
      paused.member.onChange(_ -> awaitUninterruptibly(resume));
      StoreSessions.expire(paused.store);
      other.await(view -> view.volume("v1").orElseThrow().owner().isEmpty());
      other.await(view ->
          view.volume("v1").orElseThrow().waitsFor().filter(w -> w.contains("locked")).isPresent());

      assertThat(volume(paused).servedHere()).as("it believes so still").isTrue();
      await().until(() -> !term.isServing());
      assertThat(term.isEnded()).isFalse();
      assertThat(term.enter()).isFalse();
      assertThat(other.member.term(volume)).isEmpty();

      resume.countDown();
      await().until(term::isEnded);
      assertThat(other.member.term(volume)).as("an operation is under way").isEmpty();
      assertThat(term.leave()).as("its time is over").isFalse();

      other.await(view -> view.volume("v1").orElseThrow().owner().isPresent());
      TestCluster.Node next = awaitAnyServing(paused, other);
      assertThat(volume(next).ownerEpoch().orElseThrow()).isGreaterThan(epoch);
    }
  }

  /** Whichever of the two is first to lock the backing. */
  private static TestCluster.Node awaitAnyServing(TestCluster.Node... nodes) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                Arrays.stream(nodes)
                    .filter(node -> volume(node).servedHere())
                    .findFirst()
                    .orElse(null),
            Objects::nonNull);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldRefuseToServeUnderAnEpochBelowTheMarkers() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2");
      UUID volume = cluster.createSharedVolume("v1", nodes.get(0), nodes.get(1));
      awaitServedBy(nodes.get(0));
      nodes.get(0).crash();
      nodes.get(1).crash();
      try (BackingMarker marker =
          BackingMarker.claim(
              cluster.sharedPath("v1"), List.of(directory), cluster.clusterId, volume)) {
        marker.record(Long.MAX_VALUE);
      }
      nodes.forEach(node -> node.audited.clear());
      nodes.get(0).start();
      nodes.get(1).start();

      for (TestCluster.Node node : nodes) {
        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(() ->
                assertThat(node.audited)
                    .anySatisfy(event -> {
                      assertThat(event.kind()).isEqualTo(AuditKind.OWNERSHIP_REFUSED);
                      assertThat(event.fields().toString()).contains("restored from a backup");
                    }));
        assertThat(node.member.term(volume)).isEmpty();
      }
    }
  }

  /** As after ZooKeeper was restored: its numbers are far below what the marker says. */
  @Test
  void shouldGoOnAboveTheMarkerWhereNobodyElseMayOwnTheVolume() throws Exception {
    long marked = 1L << 40;
    try (TestCluster cluster = new TestCluster(directory)) {
      TestCluster.Node node = cluster.startAll("node1").getFirst();
      UUID volume = cluster.createVolume(node, "v1");
      awaitServedBy(node);
      node.crash();
      try (BackingMarker marker =
          BackingMarker.claim(node.path("v1"), List.of(directory), cluster.clusterId, volume)) {
        marker.record(marked);
      }
      node.audited.clear();
      node.start();

      awaitServedBy(node);
      assertThat(volume(node).ownerEpoch()).hasValue(marked + 1);
      assertThat(node.audited).noneMatch(event -> event.kind() == AuditKind.OWNERSHIP_REFUSED);
    }
  }

  @Test
  void shouldPauseWhileZooKeeperIsAwayAndGoOnAfter() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2");
      UUID volume = cluster.createSharedVolume("v1", nodes.get(0), nodes.get(1));
      awaitServedBy(nodes.get(0));
      OwnerTerm term = nodes.get(0).member.term(volume).orElseThrow();
      long epoch = volume(nodes.get(0)).ownerEpoch().orElseThrow();

      cluster.zookeeper.stop();
      await().atMost(Duration.ofSeconds(30)).until(term::isEnded);
      assertThat(volume(nodes.get(0)).servedHere()).isFalse();
      assertThat(volume(nodes.get(0)).waitsFor().orElseThrow()).contains("lease");
      cluster.zookeeper.restart();

      TestCluster.Node again = awaitAnyServing(nodes.get(0), nodes.get(1));
      assertThat(volume(again).ownerEpoch().orElseThrow()).isGreaterThanOrEqualTo(epoch);
      assertThat(again.member.term(volume).orElseThrow()).isNotSameAs(term);
    }
  }

  @Test
  void shouldLeaveNoEntryOfADeletedVolumeAndFallSilent() throws Exception {
    try (TestCluster cluster = new TestCluster(directory)) {
      List<TestCluster.Node> nodes = cluster.startAll("node1", "node2");
      TestCluster.Node owner = nodes.get(0);
      UUID volume = cluster.createSharedVolume("v1", owner, nodes.get(1));
      awaitServedBy(owner);
      StoreRequest read = new StoreRequest.Read(owner.member.paths().owner(volume));
      assertThat(result(owner, read)).isInstanceOf(StoreResult.Value.class);

      owner.admin().volumeDelete("v1", cluster.adminKey::sign);

      await().until(() -> result(owner, read) instanceof StoreResult.NoNode);
      owner.await(view -> view.volumes().isEmpty());
      long before = transaction(owner);
      int renewed = leaseVersion(owner);
      await().until(() -> leaseVersion(owner) >= renewed + 2);
      assertThat(transaction(owner) - before)
          .as("both nodes' renewals; a loop would write hundreds of times")
          .isLessThan(50);
    }
  }

  private static StoreResult result(TestCluster.Node node, StoreRequest request) {
    return node.member.store().submit(request).toCompletableFuture().join();
  }

  private static int leaseVersion(TestCluster.Node node) {
    StoreRequest read = new StoreRequest.Read(node.member.paths().lease(node.name));
    return ((StoreResult.Value) result(node, read)).stat().version();
  }

  /** The number of a write that is made now. */
  private static long transaction(TestCluster.Node node) {
    String path = node.member.paths().root() + "/probe-" + UUID.randomUUID();
    StoreResult made =
        result(node, new StoreRequest.Create(path, new byte[0], StoreRequest.Lifetime.EPHEMERAL));
    return ((StoreResult.Written) made).stat().czxid();
  }
}
