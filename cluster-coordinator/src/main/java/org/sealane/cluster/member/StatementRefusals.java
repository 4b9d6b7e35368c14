package org.sealane.cluster.member;

import java.util.LinkedHashMap;
import java.util.Map;
import org.sealane.cluster.audit.AuditEvent;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.DocumentDigest;

/**
 * Audits statements that were found where they do not belong: forged, damaged, or a node's own from
 * another place. What stays there is audited once, however often it is read. Not thread-safe.
 */
final class StatementRefusals {
  /** Places remembered; beyond it the oldest may be audited again. */
  private static final int PLACES_MAX = 1024;

  private final Outbox out;
  private final LinkedHashMap<String, DocumentDigest> refused = new LinkedHashMap<>();

  StatementRefusals(Outbox out) {
    this.out = out;
  }

  /** {@code data} at {@code path} is not believed, and counts as missing. */
  void refuse(String path, byte[] data, String why) {
    DocumentDigest digest = DocumentDigest.of(data);
    if (digest.equals(refused.remove(path))) {
      refused.put(path, digest);
      return;
    }
    if (refused.size() == PLACES_MAX) {
      refused.pollFirstEntry();
    }
    refused.put(path, digest);
    out.add(
        new MemberAction.Audit(
            new AuditEvent(
                AuditKind.STATEMENT_REFUSED,
                Map.of("path", path, "digest", digest.hex(), "detail", why))));
  }
}
