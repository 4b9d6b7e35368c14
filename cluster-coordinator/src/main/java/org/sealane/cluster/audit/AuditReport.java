package org.sealane.cluster.audit;

import java.util.List;
import java.util.Optional;
import org.sealane.cluster.document.DocumentDigest;

/**
 * What looking through a node's log found.
 *
 * @param records that are as they were written, as far as can be told
 * @param first the oldest record that is kept
 * @param last where the chain ends: the signed end, or the last whole record after it
 * @param lastDigest that record's
 * @param unsigned records that follow the signed end, as after a crash
 * @param torn bytes after the last whole record, as a crash leaves them; no evidence of tampering
 * @param findings evidence of tampering, the first of it
 * @param moreFindings how many there were beside those
 */
public record AuditReport(
    long records,
    long first,
    long last,
    DocumentDigest lastDigest,
    long unsigned,
    Optional<Torn> torn,
    List<AuditFinding> findings,
    long moreFindings) {

  /**
   * Where bytes stand that are no record.
   *
   * @param segment the file
   * @param offset of the first such byte
   */
  public record Torn(AuditSource.Segment segment, long offset) {}

  public AuditReport {
    findings = List.copyOf(findings);
  }

  /** True if nothing was found. */
  public boolean isWhole() {
    return findings.isEmpty();
  }
}
