package org.sealane.cluster.audit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Says which events are recorded one by one and which are only counted, so that a peer who causes
 * many can not fill the log. In each window the first events of a source and kind pass, up to a
 * limit, and the first events of a kind, up to another. Has no clock of its own; not thread-safe.
 */
public final class AuditThrottle {
  /** Sources of one window that are told apart; further ones share what is left of the kind. */
  static final int SOURCES_MAX = 1024;

  /**
   * How many events of a kind pass in a window.
   *
   * @param perSource of one source
   * @param perKind of all sources
   */
  public record Limits(int perSource, int perKind) {}

  private record Origin(AuditKind kind, String source) {}

  private static final class Count {
    int passed;
    long suppressed;
  }

  private final long windowNanos;
  private final Map<Origin, Integer> passedBySource = new HashMap<>();
  private final EnumMap<AuditKind, Count> byKind = new EnumMap<>(AuditKind.class);
  private long windowBeganNanos;

  /**
   * @param window how long a count lasts
   * @param nowNanos any clock's, the same as in later calls
   */
  public AuditThrottle(Duration window, long nowNanos) {
    this.windowNanos = window.toNanos();
    this.windowBeganNanos = nowNanos;
  }

  /**
   * Counts one event; true if it is to be recorded.
   *
   * @param source who caused it
   */
  public boolean passes(AuditKind kind, String source, Limits limits) {
    Count count = byKind.computeIfAbsent(kind, _ -> new Count());
    Origin origin = new Origin(kind, passedBySource.size() < SOURCES_MAX ? source : "");
    int passed = passedBySource.getOrDefault(origin, 0);
    if (count.passed >= limits.perKind() || passed >= limits.perSource()) {
      count.suppressed++;
      return false;
    }
    count.passed++;
    passedBySource.put(origin, passed + 1);
    return true;
  }

  /** What was suppressed in the window, if it is over; a new one begins then. */
  public List<AuditEvent> tick(long nowNanos) {
    if (nowNanos - windowBeganNanos < windowNanos) {
      return List.of();
    }
    windowBeganNanos = nowNanos;
    return end();
  }

  /** What was suppressed since the window began, which ends now. */
  public List<AuditEvent> end() {
    List<AuditEvent> events = new ArrayList<>();
    byKind.forEach((kind, count) -> {
      if (count.suppressed > 0) {
        events.add(
            new AuditEvent(
                AuditKind.EVENTS_SUPPRESSED,
                Map.of("kind", kind.word(), "count", Long.toString(count.suppressed))));
      }
    });
    byKind.clear();
    passedBySource.clear();
    return events;
  }
}
