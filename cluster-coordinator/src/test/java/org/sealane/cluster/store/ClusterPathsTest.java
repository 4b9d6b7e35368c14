package org.sealane.cluster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.cluster.document.ObjectKey;

class ClusterPathsTest {
  private static final UUID ID = UUID.fromString("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");
  private final ClusterPaths paths = new ClusterPaths("c1");

  @Test
  void shouldBeWhereEveryReleaseLooks() {
    assertThat(paths.node("n")).isEqualTo("/sealane/c1/nodes/n");
    assertThat(paths.lease("n")).isEqualTo("/sealane/c1/leases/n");
    assertThat(paths.document(ObjectKey.policy(ID)))
        .isEqualTo("/sealane/c1/documents/policy/" + ID);
    assertThat(paths.epoch(ObjectKey.policy(ID), 7))
        .isEqualTo("/sealane/c1/documents/policy/" + ID + "/7");
    assertThat(paths.owner(ID)).isEqualTo("/sealane/c1/volumes/" + ID + "/owner");
    assertThat(paths.ledgerEntry(ID, 7, "accept", "n"))
        .isEqualTo("/sealane/c1/turns/" + ID + "/7/accept/n");
    assertThat(paths.coordinator()).isEqualTo("/sealane/c1/coordinator");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "..", "-a", "a b"})
  void shouldRefuseANameThatIsNoPathElement(String name) {
    assertThatThrownBy(() -> new ClusterPaths(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldReadOnlyCanonicalEpochs() {
    assertThat(ClusterPaths.epochOf("42")).hasValue(42);
    assertThat(ClusterPaths.epochOf("042")).isEmpty();
    assertThat(ClusterPaths.epochOf("0")).isEmpty();
    assertThat(ClusterPaths.epochOf("-1")).isEmpty();
    assertThat(ClusterPaths.epochOf("9999999999999999999")).isEmpty();
  }

  @Test
  void shouldListParentsOutermostFirst() {
    assertThat(CuratorStore.parents("/a/b/c")).containsExactly("/a", "/a/b");
    assertThat(CuratorStore.parents("/a")).isEmpty();
  }
}
