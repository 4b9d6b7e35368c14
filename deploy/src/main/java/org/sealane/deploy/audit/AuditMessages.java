package org.sealane.deploy.audit;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.sealane.cluster.audit.AuditFinding;
import org.sealane.cluster.audit.AuditRecord;
import org.sealane.cluster.audit.AuditReport;

/** What the routes and commands about audit logs exchange and show. */
public final class AuditMessages {
  private AuditMessages() {}

  /**
   * A node's log at one moment.
   *
   * @param head as the node signed it then, base64
   * @param segments its files, to be read from {@link AuditRoutes#SEGMENT}
   */
  public record Log(String node, String head, List<Segment> segments) {
    public Log {
      segments = List.copyOf(segments);
    }
  }

  /** One file of a log, by the number of its first record. */
  public record Segment(long first, long bytes) {}

  /** Evidence that a log is not as its node wrote it. */
  public record Finding(String what, long from, long to, String text) {
    static Finding of(AuditFinding finding) {
      return new Finding(finding.what().word(), finding.from(), finding.to(), finding.text());
    }
  }

  /**
   * What looking through one node's log found.
   *
   * @param whole true if it is as the node wrote it
   * @param first the oldest record that is kept
   * @param last the newest record
   * @param problem why the log could not be looked through; null if it was
   */
  public record Verdict(
      String node,
      boolean whole,
      long records,
      long first,
      long last,
      List<Finding> findings,
      long moreFindings,
      String problem) {
    public Verdict {
      findings = List.copyOf(findings);
    }

    /** Of a log that was looked through. */
    public static Verdict of(String node, AuditReport report) {
      return new Verdict(
          node,
          report.isWhole(),
          report.records(),
          report.first(),
          report.last(),
          report.findings().stream().map(Finding::of).toList(),
          report.moreFindings(),
          null);
    }

    /** Of a log that could not be looked through. */
    public static Verdict unknown(String node, String problem) {
      return new Verdict(node, false, 0, 0, 0, List.of(), 0, problem);
    }
  }

  /** One record, as it is listed. */
  public record Listed(
      Instant time,
      String node,
      long sequence,
      int id,
      String kind,
      String text,
      Map<String, String> fields) {
    static Listed of(AuditRecord record) {
      return new Listed(
          record.time(),
          record.node(),
          record.sequence(),
          record.id(),
          record.kind(),
          record.text(),
          record.fields());
    }
  }
}
