package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.admin.AdminException;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.ownership.BackingException;
import org.sealane.cluster.ownership.BackingMarker;

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
}
