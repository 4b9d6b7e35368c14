package org.sealane.cluster.audit;

import java.io.IOException;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.sealane.cluster.audit.AuditFinding.What;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.json.MalformedJsonException;

/**
 * Looks through a node's log and says whether it is what the node wrote. The same on the node and
 * elsewhere: all it believes is the node's key. Takes the bytes of one line at a time. Immutable.
 */
public final class AuditVerifier {

  /** What may follow the end that the node signed last. */
  public enum Ending {
    /** Nothing: the node has signed the end now. */
    SIGNED,
    /** Records that follow in the chain, then bytes of one that was not finished. */
    CRASHED
  }

  private final UUID clusterId;
  private final String node;
  private final PublicKey key;
  private final Ending ending;

  /**
   * @param key the node's, from its certificate
   */
  public AuditVerifier(UUID clusterId, String node, PublicKey key, Ending ending) {
    this.clusterId = clusterId;
    this.node = node;
    this.key = key;
    this.ending = ending;
  }

  /** Reads all of {@code source}. */
  public AuditReport verify(AuditSource source) throws IOException {
    return verify(source, _ -> {});
  }

  /** As the other; {@code seen} gets each record that can be read, verified or not, in order. */
  public AuditReport verify(AuditSource source, Consumer<AuditRecord> seen) throws IOException {
    Pass pass = new Pass(source, seen);
    for (AuditSource.Segment segment : source.segments()) {
      try (AuditLines lines = new AuditLines(source.open(segment))) {
        for (Optional<AuditLines.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
          pass.line(segment, line.get());
        }
      }
    }
    return pass.report();
  }

  /** A record with the digest of its line. */
  private record Placed(AuditRecord record, DocumentDigest digest) {
    long sequence() {
      return record.sequence();
    }
  }

  /** One way through the log. */
  private final class Pass {
    private final Consumer<AuditRecord> seen;
    private final Optional<AuditHead> head;
    private final AuditChain chain;
    private boolean entered;

    /** A record with a higher number than expected, until the next one tells whether it has it. */
    private Optional<Placed> held = Optional.empty();

    private long records;
    private long last;
    private DocumentDigest lastDigest = AuditRecord.NO_PREDECESSOR;
    private long unsigned;
    private Optional<AuditReport.Torn> torn = Optional.empty();
    private Optional<AuditReport.Torn> unended = Optional.empty();

    Pass(AuditSource source, Consumer<AuditRecord> seen) throws IOException {
      this.seen = seen;
      Optional<byte[]> sealed = source.head();
      Optional<AuditHead> opened = Optional.empty();
      String forged = "";
      if (sealed.isPresent()) {
        try {
          opened = Optional.of(AuditHead.open(sealed.get(), clusterId, node, key));
        } catch (MalformedJsonException e) {
          forged = e.getMessage();
        }
      }
      this.head = opened;
      this.chain = chain(head, source);
      if (sealed.isEmpty()) {
        chain.find(
            AuditFinding.at(
                What.HEAD_MISSING,
                0,
                "the head, which the node signs, is missing: no end is known"));
      } else if (head.isEmpty()) {
        chain.find(
            AuditFinding.at(What.HEAD_FORGED, 0, "the head is not signed by the node: " + forged));
      }
    }

    private static AuditChain chain(Optional<AuditHead> head, AuditSource source)
        throws IOException {
      if (head.isPresent()) {
        return new AuditChain(head.get().first(), Optional.of(head.get().firstPredecessor()));
      }
      List<AuditSource.Segment> segments = source.segments();
      return new AuditChain(segments.isEmpty() ? 1 : segments.getFirst().first(), Optional.empty());
    }

    void line(AuditSource.Segment segment, AuditLines.Line line) {
      if (torn.isPresent()) {
        return;
      }
      Optional<AuditRecord> record = line.ended() ? decode(line.bytes()) : Optional.empty();
      if (record.isEmpty()) {
        release();
        notARecord(segment, line);
        return;
      }
      seen.accept(record.get());
      Placed next = new Placed(record.get(), DocumentDigest.of(line.bytes()));
      if (held.isPresent() && next.sequence() <= held.get().sequence()) {
        // The one before has a number that is too high: it is the one that was changed or moved.
        held = Optional.empty();
        chain.unreadable();
      } else {
        release();
      }
      if (!atTail() && next.sequence() > chain.expected()) {
        held = Optional.of(next);
      } else {
        place(next);
      }
    }

    /** The record that is held is believed. */
    private void release() {
      Optional<Placed> believed = held;
      held = Optional.empty();
      believed.ifPresent(this::place);
    }

    private void place(Placed next) {
      if (atTail()) {
        tail(next);
      } else if (head.isPresent() && next.sequence() > head.get().sequence()) {
        beyond(next, head.get());
      } else {
        anchored(next);
      }
    }

    /** A record with a number beyond the signed end, before that was reached. */
    private void beyond(Placed next, AuditHead end) {
      if (next.sequence() == end.sequence() + 1
          && next.record().predecessor().equals(end.digest())) {
        // Records up to the signed end are missing; this one still follows it.
        enterTail();
        tail(next);
      } else {
        chain.unreadable();
      }
    }

    private boolean atTail() {
      if (!entered && head.isPresent() && chain.expected() > head.get().sequence()) {
        enterTail();
      }
      return entered;
    }

    private void notARecord(AuditSource.Segment segment, AuditLines.Line line) {
      AuditReport.Torn here = new AuditReport.Torn(segment, line.offset());
      if (atTail()) {
        torn = Optional.of(here);
      } else if (line.ended()) {
        chain.unreadable();
      } else {
        // The rest of a record whose end was cut off, or that a crash did not finish.
        unended = Optional.of(here);
      }
    }

    private void anchored(Placed next) {
      if (unended.isPresent()) {
        chain.unreadable();
        unended = Optional.empty();
      }
      if (chain.record(next.record(), next.digest())) {
        taken(next);
      }
    }

    private void tail(Placed next) {
      AuditRecord record = next.record();
      boolean follows =
          record.sequence() == chain.expected() && record.predecessor().equals(lastDigest);
      if (!follows) {
        chain.find(
            AuditFinding.at(
                What.MISPLACED,
                record.sequence(),
                "a record "
                    + record.sequence()
                    + " stands after record "
                    + last
                    + " and does not follow it"));
        return;
      }
      chain.record(record, next.digest());
      taken(next);
      unsigned++;
    }

    private void taken(Placed next) {
      AuditRecord record = next.record();
      records++;
      last = record.sequence();
      lastDigest = next.digest();
      if (record.is(AuditKind.LOG_DAMAGED)) {
        chain.find(
            AuditFinding.at(
                What.FOUND_BY_NODE,
                record.sequence(),
                "record "
                    + record.sequence()
                    + ": on its start at "
                    + record.time()
                    + " the node found: "
                    + record.fields().getOrDefault("finding", "-")));
      }
    }

    private void enterTail() {
      chain.end(head.get().sequence(), head.get().digest());
      last = head.get().sequence();
      lastDigest = head.get().digest();
      unended = Optional.empty();
      entered = true;
    }

    private Optional<AuditRecord> decode(byte[] line) {
      try {
        return Optional.of(AuditRecord.decode(line)).filter(record -> record.node().equals(node));
      } catch (MalformedJsonException _) {
        // Not a record, then: the chain says which one it should have been.
        return Optional.empty();
      }
    }

    AuditReport report() {
      release();
      boolean appended = unsigned > 0 || torn.isPresent();
      if (head.isEmpty()) {
        chain.endUnsigned();
        torn = unended;
      } else if (!atTail()) {
        Optional<AuditReport.Torn> rest = unended;
        enterTail();
        torn = rest;
      }
      if (ending == Ending.SIGNED && appended) {
        chain.find(
            AuditFinding.at(
                What.APPENDED,
                last,
                "after record "
                    + (last - unsigned)
                    + ", the last that the node wrote, something was appended"));
      }
      return new AuditReport(
          records,
          head.map(AuditHead::first).orElseGet(() -> chain.first()),
          last,
          lastDigest,
          unsigned,
          torn,
          chain.findings(),
          chain.moreFindings());
    }
  }
}
