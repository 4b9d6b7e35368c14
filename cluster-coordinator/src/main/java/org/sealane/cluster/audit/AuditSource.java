package org.sealane.cluster.audit;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** The bytes of one node's log as they are somewhere, not verified. Reading may block. */
public interface AuditSource {

  /**
   * A file of the log.
   *
   * @param first sequence of its first record, as its name says
   * @param bytes how long it is
   */
  record Segment(long first, long bytes) {}

  /** The signed head; empty if there is none. */
  Optional<byte[]> head() throws IOException;

  /** The files, by their first record. */
  List<Segment> segments() throws IOException;

  /** The bytes of a segment; the caller closes the stream. */
  InputStream open(Segment segment) throws IOException;
}
