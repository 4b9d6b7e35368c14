package org.sealane.smb.transport;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalInt;

/**
 * One message to send, as the segments whose concatenation it is, without the transport's own
 * prefix. The segments must not change until {@code released} has run.
 *
 * @param segments the message's bytes in order
 * @param released run exactly once by the transport when the bytes are no longer needed, with
 *     whether all of them were handed to the kernel; called on any thread, must not block
 * @param invalidates the peer's token that loses its rights as the message arrives, [MS-SMBD]
 *     3.1.4.2 "Send with Invalidation"; only on a connection with {@link
 *     TransportConnection#placement}. A peer whose device has no such tokens ends the connection
 */
public record OutboundFrame(
    List<MemorySegment> segments, Released released, OptionalInt invalidates) {
  public OutboundFrame {
    segments = List.copyOf(segments);
  }

  /** A message that invalidates nothing. */
  public OutboundFrame(List<MemorySegment> segments, Released released) {
    this(segments, released, OptionalInt.empty());
  }

  /** Told once what became of a frame. */
  @FunctionalInterface
  public interface Released {
    void run(boolean sent);
  }

  public long lengthBytes() {
    long bytes = 0;
    for (MemorySegment segment : segments) {
      bytes += segment.byteSize();
    }
    return bytes;
  }
}
