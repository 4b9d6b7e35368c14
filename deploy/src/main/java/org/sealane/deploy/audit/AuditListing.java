package org.sealane.deploy.audit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.sealane.cluster.audit.AuditRecord;
import org.sealane.deploy.audit.AuditMessages.Listed;

/**
 * The newest records of several nodes, merged by time. Each node's records stay in its own order:
 * its log is sequence first, and clocks may go back. Not thread-safe.
 */
public final class AuditListing {
  private final int recordsMax;
  private final Set<String> kinds;
  private final Map<String, Deque<Listed>> byNode = new TreeMap<>();

  /**
   * @param recordsMax how many are kept in all
   * @param kinds the kinds that are meant; empty for all
   */
  public AuditListing(int recordsMax, Set<String> kinds) {
    this.recordsMax = recordsMax;
    this.kinds = Set.copyOf(kinds);
  }

  /** Takes one node's records, oldest first. */
  public Consumer<AuditRecord> of(String node) {
    Deque<Listed> records = new ArrayDeque<>();
    byNode.put(node, records);
    return record -> {
      if (kinds.isEmpty() || kinds.contains(record.kind())) {
        records.add(Listed.of(record));
        if (records.size() > recordsMax) {
          records.removeFirst();
        }
      }
    };
  }

  /** Oldest first. */
  public List<Listed> merged() {
    List<Listed> merged = new ArrayList<>();
    List<Deque<Listed>> heads = new ArrayList<>();
    byNode.values().forEach(records -> heads.add(new ArrayDeque<>(records)));
    heads.removeIf(Deque::isEmpty);
    while (!heads.isEmpty()) {
      Deque<Listed> next =
          heads.stream()
              .min(
                  Comparator.comparing((Deque<Listed> records) -> records.getFirst().time())
                      .thenComparing(records -> records.getFirst().node()))
              .orElseThrow();
      merged.add(next.removeFirst());
      heads.removeIf(Deque::isEmpty);
    }
    return List.copyOf(merged.subList(Math.max(0, merged.size() - recordsMax), merged.size()));
  }
}
