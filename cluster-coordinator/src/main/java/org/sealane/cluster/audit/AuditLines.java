package org.sealane.cluster.audit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Cuts a segment into lines, each of bounded length. Not thread-safe. */
public final class AuditLines implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final InputStream in;
  private long offset;

  /**
   * One line.
   *
   * @param bytes without the line feed; empty if it is longer than a record can be
   * @param offset of its first byte in the segment
   * @param ended false if the segment ends before a line feed
   */
  public record Line(byte[] bytes, long offset, boolean ended) {}

  /**
   * @param segment read from where it stands; closed with this
   */
  public AuditLines(InputStream segment) {
    this.in = new BufferedInputStream(segment, BUFFER_BYTES);
  }

  /** The next line; empty at the end. */
  public Optional<Line> next() throws IOException {
    long start = offset;
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    boolean tooLong = false;
    int next = in.read();
    if (next < 0) {
      return Optional.empty();
    }
    while (next >= 0 && next != '\n') {
      offset++;
      if (line.size() < AuditRecord.LINE_BYTES_MAX) {
        line.write(next);
      } else {
        tooLong = true;
      }
      next = in.read();
    }
    boolean ended = next == '\n';
    offset += ended ? 1 : 0;
    return Optional.of(new Line(tooLong ? new byte[0] : line.toByteArray(), start, ended));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
