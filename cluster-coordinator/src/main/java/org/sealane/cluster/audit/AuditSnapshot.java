package org.sealane.cluster.audit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * A running node's log at one moment: its end, signed then, and its files as long as they were
 * then. Files that are rotated away later can not be read any more.
 */
public final class AuditSnapshot implements AuditSource {
  private final AuditDirectory directory;
  private final byte[] head;
  private final List<Segment> segments;

  AuditSnapshot(AuditDirectory directory, byte[] head, List<Segment> segments) {
    this.directory = directory;
    this.head = head.clone();
    this.segments = List.copyOf(segments);
  }

  @Override
  public Optional<byte[]> head() {
    return Optional.of(head.clone());
  }

  @Override
  public List<Segment> segments() {
    return segments;
  }

  @Override
  public InputStream open(Segment segment) throws IOException {
    return new ByteArrayInputStream(directory.read(segment.first(), 0, segment.bytes()));
  }
}
