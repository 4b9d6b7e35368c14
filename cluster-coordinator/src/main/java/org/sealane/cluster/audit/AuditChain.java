package org.sealane.cluster.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealane.cluster.audit.AuditFinding.What;
import org.sealane.cluster.document.DocumentDigest;

/**
 * Follows a chain from where it begins to where it was signed, and says which record is at fault.
 *
 * <p>A record is vouched for by the digest that its successor names, the last one by the signed
 * head. Where a record and its successor do not agree, the record was changed; unless the successor
 * does not agree with its own successor either: then it is the successor that was changed, and
 * nothing can be said of the one before it. Not thread-safe.
 */
final class AuditChain {
  /** More findings than these are counted only. */
  static final int FINDINGS_MAX = 100;

  /** The last record that was read, if the next one can be compared with it. */
  private record Link(long sequence, DocumentDigest digest) {}

  private final List<AuditFinding> findings = new ArrayList<>();
  private final long first;
  private long moreFindings;
  private long expected;
  private long unreadable;
  private Optional<Link> previous;

  /** A record that its successor does not vouch for, until the successor was vouched for. */
  private OptionalLong suspect = OptionalLong.empty();

  /**
   * @param predecessor digest of the record before {@code first}; empty if nobody says
   */
  AuditChain(long first, Optional<DocumentDigest> predecessor) {
    this.first = first;
    this.expected = first;
    this.previous = predecessor.map(digest -> new Link(first - 1, digest));
  }

  long first() {
    return first;
  }

  /** The sequence that comes next. */
  long expected() {
    return expected;
  }

  List<AuditFinding> findings() {
    return findings;
  }

  long moreFindings() {
    return moreFindings;
  }

  void find(AuditFinding finding) {
    if (findings.size() < FINDINGS_MAX) {
      findings.add(finding);
    } else {
      moreFindings++;
    }
  }

  /** A line that is no record. */
  void unreadable() {
    unreadable++;
  }

  /** A record, in the order of the files. True if it stands where it belongs. */
  boolean record(AuditRecord record, DocumentDigest digest) {
    if (record.sequence() < expected) {
      find(
          AuditFinding.at(
              What.MISPLACED,
              record.sequence(),
              "a record " + record.sequence() + " stands where " + expected + " belongs"));
      return false;
    }
    if (unreadable > 0 || record.sequence() > expected) {
      gap(record.sequence());
    }
    link(record.predecessor());
    previous = Optional.of(new Link(record.sequence(), digest));
    expected = record.sequence() + 1;
    return true;
  }

  /** Everything up to the signed end was read; {@code digest} is the end's. */
  void end(long sequence, DocumentDigest digest) {
    if (unreadable > 0 || expected <= sequence) {
      cut(sequence);
    } else if (sequence >= first) {
      boolean agrees = previous.filter(link -> !link.digest().equals(digest)).isEmpty();
      if (agrees) {
        convict();
      } else {
        suspect = OptionalLong.empty();
        find(
            AuditFinding.at(
                What.CHANGED,
                sequence,
                "record "
                    + sequence
                    + " is not the one that the node signed: it was changed, or those before it"
                    + " were rewritten"));
      }
    }
    expected = sequence + 1;
    previous = Optional.of(new Link(sequence, digest));
    unreadable = 0;
  }

  /** No signed end is known; what was read is all. */
  void endUnsigned() {
    if (unreadable > 0) {
      changed(expected, expected + unreadable - 1);
      unreadable = 0;
    }
    convict();
  }

  private void link(DocumentDigest claimed) {
    if (previous.isEmpty()) {
      return;
    }
    if (previous.get().digest().equals(claimed)) {
      convict();
    } else {
      suspect = OptionalLong.of(previous.get().sequence());
    }
  }

  /** Whoever speaks against the suspect was vouched for. */
  private void convict() {
    if (suspect.isEmpty()) {
      return;
    }
    long sequence = suspect.getAsLong();
    suspect = OptionalLong.empty();
    if (sequence >= first) {
      changed(sequence, sequence);
    } else {
      find(
          AuditFinding.at(
              What.REWRITTEN,
              first,
              "the log does not begin with the record " + first + " that the node signed"));
    }
  }

  /** Records up to {@code next}, exclusive, are not there or can not be read. */
  private void gap(long next) {
    convict();
    previous = Optional.empty();
    long gone = next - expected;
    if (gone == 0) {
      find(
          AuditFinding.at(
              What.MISPLACED,
              next,
              "a line that does not belong there stands before record " + next));
    } else {
      long touched = Math.min(unreadable, gone);
      if (touched > 0) {
        changed(expected, expected + touched - 1);
      }
      if (touched < gone) {
        find(AuditFinding.missing(What.MISSING, expected + touched, next - 1));
      }
    }
    unreadable = 0;
  }

  private void cut(long end) {
    convict();
    long touched = Math.min(unreadable, end - expected + 1);
    if (touched > 0) {
      changed(expected, expected + touched - 1);
    }
    if (expected + touched <= end) {
      find(AuditFinding.missing(What.CUT, expected + touched, end));
    }
  }

  private void changed(long from, long to) {
    find(
        new AuditFinding(
            What.CHANGED,
            from,
            to,
            from == to
                ? "record " + from + " was changed"
                : "records " + from + " to " + to + " were changed"));
  }
}
