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
 * @param permit asked right before bytes of the frame are handed to the kernel or the device, for
 *     each part of it; once it says no, the connection is reset instead
 */
public record OutboundFrame(
    List<MemorySegment> segments, Released released, OptionalInt invalidates, Permit permit) {
  /** A frame that invalidates nothing and may leave at any time. */
  public OutboundFrame(List<MemorySegment> segments, Released released) {
    this(segments, released, OptionalInt.empty(), Permit.ALWAYS);
  }

  /** A frame that may leave at any time. */
  public OutboundFrame(List<MemorySegment> segments, Released released, OptionalInt invalidates) {
    this(segments, released, invalidates, Permit.ALWAYS);
  }

  /** A frame that invalidates nothing. */
  public OutboundFrame(List<MemorySegment> segments, Released released, Permit permit) {
    this(segments, released, OptionalInt.empty(), permit);
  }

  public OutboundFrame {
    segments = List.copyOf(segments);
  }

  /** Told once what became of a frame. */
  @FunctionalInterface
  public interface Released {
    void run(boolean sent);
  }

  /** Says whether bytes may still leave as they are. Called on the transport's threads. */
  @FunctionalInterface
  public interface Permit {
    Permit ALWAYS = () -> true;

    /** Must not block. */
    boolean isGranted();
  }

  public long lengthBytes() {
    long bytes = 0;
    for (MemorySegment segment : segments) {
      bytes += segment.byteSize();
    }
    return bytes;
  }
}
