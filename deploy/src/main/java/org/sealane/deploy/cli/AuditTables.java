package org.sealane.deploy.cli;

import java.util.List;
import java.util.stream.Collectors;
import org.sealane.deploy.audit.AuditMessages.Finding;
import org.sealane.deploy.audit.AuditMessages.Listed;
import org.sealane.deploy.audit.AuditMessages.Verdict;

/** Audit logs as text. What peers have caused to be written there is not let at the terminal. */
final class AuditTables {
  private AuditTables() {}

  static String records(List<Listed> records) {
    Table table = new Table("TIME", "NODE", "RECORD", "ID", "KIND", "ABOUT");
    for (Listed record : records) {
      table.row(
          record.time(),
          printable(record.node()),
          record.sequence(),
          record.id(),
          printable(record.kind()),
          record.fields().entrySet().stream()
              .map(field -> printable(field.getKey() + "=" + field.getValue()))
              .collect(Collectors.joining(" ")));
    }
    return table.render();
  }

  static String verdicts(List<Verdict> verdicts) {
    Table table = new Table("NODE", "RECORDS", "FIRST", "LAST", "LOG");
    StringBuilder findings = new StringBuilder();
    for (Verdict verdict : verdicts) {
      boolean known = verdict.problem() == null;
      table.row(
          verdict.node(),
          known ? verdict.records() : null,
          known ? verdict.first() : null,
          known ? verdict.last() : null,
          verdict.whole() ? "as written" : known ? "TOUCHED" : "not verified");
      for (Finding finding : verdict.findings()) {
        findings.append(verdict.node()).append(": ").append(printable(finding.text())).append('\n');
      }
      if (verdict.moreFindings() > 0) {
        findings
            .append(verdict.node())
            .append(": and ")
            .append(verdict.moreFindings())
            .append(" more\n");
      }
    }
    return table.render() + findings;
  }

  /** Control characters and those that change the direction of text show as a question mark. */
  static String printable(String text) {
    return text.codePoints()
        .map(c ->
            Character.isISOControl(c)
                    || Character.getType(c) == Character.FORMAT
                    || Character.getType(c) == Character.SURROGATE
                    || Character.getType(c) == Character.LINE_SEPARATOR
                    || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                ? '?'
                : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
