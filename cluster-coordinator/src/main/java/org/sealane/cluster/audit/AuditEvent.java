package org.sealane.cluster.audit;

import java.util.Map;
import java.util.TreeMap;

/**
 * What happened. When and in which order is the log's to say.
 *
 * @param kind which event
 * @param fields names and values that say what about, as {@code volume}, {@code node}, {@code
 *     epoch}; what is longer than the log keeps is cut there
 */
public record AuditEvent(AuditKind kind, Map<String, String> fields) {
  public AuditEvent {
    fields = Map.copyOf(new TreeMap<>(fields));
  }
}
