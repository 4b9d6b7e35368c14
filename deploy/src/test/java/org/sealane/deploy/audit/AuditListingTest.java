package org.sealane.deploy.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.sealane.cluster.audit.AuditRecord;

class AuditListingTest {
  private static AuditRecord record(String node, long sequence, long second, String kind) {
    return new AuditRecord(
        sequence,
        Instant.ofEpochSecond(second),
        node,
        5201,
        kind,
        "text",
        Map.of(),
        AuditRecord.NO_PREDECESSOR);
  }

  private static List<String> names(AuditListing listing) {
    return listing.merged().stream().map(r -> r.node() + ":" + r.sequence()).toList();
  }

  private static void feed(AuditListing listing) {
    Consumer<AuditRecord> first = listing.of("node1");
    first.accept(record("node1", 1, 10, "a"));
    first.accept(record("node1", 2, 30, "b"));
    // The clock went back here; the order of the log stays.
    first.accept(record("node1", 3, 5, "a"));
    Consumer<AuditRecord> second = listing.of("node2");
    second.accept(record("node2", 1, 10, "a"));
    second.accept(record("node2", 2, 20, "b"));
    second.accept(record("node2", 3, 40, "b"));
  }

  @Test
  void shouldMergeByTimeAndKeepEachNodesOrder() {
    AuditListing listing = new AuditListing(100, Set.of());
    feed(listing);
    assertThat(names(listing))
        .containsExactly("node1:1", "node2:1", "node2:2", "node1:2", "node1:3", "node2:3");
  }

  @Test
  void shouldKeepTheNewest() {
    AuditListing listing = new AuditListing(2, Set.of());
    feed(listing);
    assertThat(names(listing)).containsExactly("node1:3", "node2:3");
  }

  @Test
  void shouldShowTheKindsAskedFor() {
    AuditListing listing = new AuditListing(100, Set.of("b"));
    feed(listing);
    assertThat(names(listing)).containsExactly("node2:2", "node1:2", "node2:3");
  }

  @Test
  void shouldForgetANodesRecordsWhenItIsReadAnew() {
    AuditListing listing = new AuditListing(100, Set.of());
    feed(listing);
    listing.of("node1").accept(record("node1", 9, 50, "a"));
    assertThat(names(listing)).containsExactly("node2:1", "node2:2", "node2:3", "node1:9");
  }
}
