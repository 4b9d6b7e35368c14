package org.sealane.cluster.audit;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.json.MalformedJsonException;

/**
 * What is found where a log is to go on.
 *
 * @param head where the chain begins and ends
 * @param isNew nothing was there
 * @param segments the files that stay
 * @param goesOn the file to append to; empty if another is to be begun, as what is there must stay
 *     as it is
 * @param findings evidence of tampering
 * @param tornBytes cut off at the end, as a crash had left them
 * @param unsigned records at the end that had not been signed
 * @param after how the log had ended, in words
 */
record AuditOpening(
    AuditHead head,
    boolean isNew,
    List<AuditSource.Segment> segments,
    Optional<AuditSource.Segment> goesOn,
    List<AuditFinding> findings,
    OptionalLong tornBytes,
    long unsigned,
    String after) {

  /**
   * Looks at what is there. What a crash left at the end is cut off, unless someone has changed the
   * log: then everything stays as it is.
   */
  static AuditOpening of(AuditDirectory directory, AuditSigner signer, InstantSource clock)
      throws IOException {
    deleteDropped(directory, signer);
    if (directory.head().isEmpty() && directory.segments().isEmpty()) {
      return new AuditOpening(
          AuditHead.empty(clock.instant()),
          true,
          List.of(),
          Optional.empty(),
          List.of(),
          OptionalLong.empty(),
          0,
          "nothing");
    }
    Last last = new Last();
    AuditReport report =
        signer.verifier(AuditVerifier.Ending.CRASHED).verify(directory, last::seen);
    OptionalLong torn = OptionalLong.empty();
    if (report.isWhole() && report.torn().isPresent()) {
      torn = OptionalLong.of(cutOff(directory, report.torn().get()));
    }
    List<AuditSource.Segment> segments = directory.segments();
    AuditHead head =
        new AuditHead(
            report.first(),
            beginning(directory, signer, report),
            report.last(),
            report.lastDigest(),
            clock.instant());
    boolean asItWas = report.isWhole() && !segments.isEmpty();
    return new AuditOpening(
        head,
        false,
        segments,
        asItWas ? Optional.of(segments.getLast()) : Optional.empty(),
        report.findings(),
        torn,
        report.unsigned(),
        last.closed ? "closed in order" : "a crash");
  }

  private static final class Last {
    boolean closed;

    void seen(AuditRecord record) {
      closed = record.is(AuditKind.LOG_CLOSED);
    }
  }

  /** Files that the head counts out and that a crash has left. */
  private static void deleteDropped(AuditDirectory directory, AuditSigner signer)
      throws IOException {
    Optional<AuditHead> head = signed(directory, signer);
    if (head.isEmpty()) {
      return;
    }
    List<AuditSource.Segment> segments = directory.segments();
    for (int i = 0; i + 1 < segments.size(); i++) {
      if (segments.get(i + 1).first() <= head.get().first()) {
        directory.delete(segments.get(i));
      }
    }
  }

  private static Optional<AuditHead> signed(AuditDirectory directory, AuditSigner signer)
      throws IOException {
    Optional<byte[]> sealed = directory.head();
    if (sealed.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          AuditHead.open(sealed.get(), signer.clusterId(), signer.node(), signer.key()));
    } catch (MalformedJsonException _) {
      // The report on the log says so.
      return Optional.empty();
    }
  }

  private static DocumentDigest beginning(
      AuditDirectory directory, AuditSigner signer, AuditReport report) throws IOException {
    Optional<AuditHead> head = signed(directory, signer);
    return head.isPresent()
        ? head.get().firstPredecessor()
        : predecessor(directory, report.first());
  }

  /** Cuts off and says how many bytes that were. */
  private static long cutOff(AuditDirectory directory, AuditReport.Torn torn) throws IOException {
    long bytes = torn.segment().bytes() - torn.offset();
    directory.truncate(torn.segment(), torn.offset());
    List<AuditSource.Segment> later = new ArrayList<>(directory.segments());
    later.removeIf(segment -> segment.first() <= torn.segment().first());
    for (AuditSource.Segment segment : later) {
      bytes += segment.bytes();
      directory.delete(segment);
    }
    return bytes;
  }

  /**
   * What the first record of a segment names as its predecessor; none if that can not be read,
   * which is then found whenever the log is looked through.
   */
  static DocumentDigest predecessor(AuditDirectory directory, long segment) throws IOException {
    byte[] start = directory.read(segment, 0, AuditRecord.LINE_BYTES_MAX + 1L);
    try (AuditLines lines = new AuditLines(new java.io.ByteArrayInputStream(start))) {
      Optional<AuditLines.Line> line = lines.next();
      return line.isPresent()
          ? AuditRecord.decode(line.get().bytes()).predecessor()
          : AuditRecord.NO_PREDECESSOR;
    } catch (MalformedJsonException _) {
      // Not readable: see above.
      return AuditRecord.NO_PREDECESSOR;
    }
  }
}
