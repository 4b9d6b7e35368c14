package org.sealane.cluster.audit;

import java.util.Locale;

/**
 * Evidence that a log is not as its node wrote it.
 *
 * @param what in which way
 * @param from the first record concerned
 * @param to the last record concerned; the same for one record
 * @param text one sentence for people, with the records' numbers
 */
public record AuditFinding(What what, long from, long to, String text) {

  /** In which way a log is not as it was written. */
  public enum What {
    /** Nothing that the node signed says where the log ends. */
    HEAD_MISSING,
    /** What says where the log ends is not signed by the node. */
    HEAD_FORGED,
    /** A record has other bytes than were written. */
    CHANGED,
    /** Records between others, or at the beginning, are gone. */
    MISSING,
    /** Records at the end are gone. */
    CUT,
    /** A record stands where it was not written. */
    MISPLACED,
    /** Bytes stand after the last record. */
    APPENDED,
    /** The chain is whole, but it is not the one that the node signed. */
    REWRITTEN,
    /** The node itself found the log changed when it opened it, and wrote so. */
    FOUND_BY_NODE;

    /** The word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  static AuditFinding at(What what, long sequence, String text) {
    return new AuditFinding(what, sequence, sequence, text);
  }

  static AuditFinding missing(What what, long from, long to) {
    String which = from == to ? "record " + from + " is" : "records " + from + " to " + to + " are";
    return new AuditFinding(
        what, from, to, which + " missing" + (what == What.CUT ? ": the end was cut off" : ""));
  }
}
