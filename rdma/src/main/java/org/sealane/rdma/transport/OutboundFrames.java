package org.sealane.rdma.transport;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.sealane.smb.transport.OutboundFrame;

/** Frames that are not all sent, in order, read from the front. On the loop. */
final class OutboundFrames {
  private final Deque<OutboundFrame> frames = new ArrayDeque<>();
  private int segment;
  private long offset;

  void add(OutboundFrame frame) {
    frames.add(frame);
  }

  boolean isEmpty() {
    return frames.isEmpty();
  }

  OutboundFrame first() {
    return frames.getFirst();
  }

  /** Copies the next bytes of the first frame; there must be that many. */
  void copy(MemorySegment into, long start, long bytes) {
    List<MemorySegment> segments = frames.getFirst().segments();
    long at = start;
    long rest = bytes;
    while (rest > 0) {
      MemorySegment from = segments.get(segment);
      long count = Math.min(rest, from.byteSize() - offset);
      MemorySegment.copy(from, offset, into, at, count);
      at += count;
      rest -= count;
      offset += count;
      if (offset == from.byteSize()) {
        segment++;
        offset = 0;
      }
    }
  }

  /** The first frame is all sent. */
  OutboundFrame removeFirst() {
    segment = 0;
    offset = 0;
    return frames.removeFirst();
  }

  /** Gives all frames back unsent. */
  void releaseAll() {
    for (Iterator<OutboundFrame> i = frames.iterator(); i.hasNext(); ) {
      OutboundFrame frame = i.next();
      i.remove();
      frame.released().run(false);
    }
    segment = 0;
    offset = 0;
  }
}
