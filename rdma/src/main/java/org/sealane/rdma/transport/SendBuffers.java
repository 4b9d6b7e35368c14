package org.sealane.rdma.transport;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.sealane.rdma.verbs.Slice;

/**
 * The registered buffers of one connection's messages, and since when they are sent. On the loop.
 */
final class SendBuffers {
  private final List<Slice> slices;
  private final Deque<Integer> free = new ArrayDeque<>();

  /** Of the messages under way, the oldest first: they complete in their order. */
  private final Deque<Long> sinceNanos = new ArrayDeque<>();

  SendBuffers(List<Slice> slices) {
    this.slices = slices;
    for (int i = 0; i < slices.size(); i++) {
      free.add(i);
    }
  }

  boolean hasFree() {
    return !free.isEmpty();
  }

  /** Takes a free one for a message that is sent now. */
  int take(long nowNanos) {
    sinceNanos.add(nowNanos);
    return free.remove();
  }

  Slice slice(int index, int bytes) {
    return slices.get(index).first(bytes);
  }

  /** Its message was delivered. */
  void giveBack(int index) {
    free.add(index);
    sinceNanos.poll();
  }

  /** How long the oldest message has been under way. */
  long oldestNanos(long nowNanos) {
    Long oldest = sinceNanos.peek();
    return oldest == null ? 0 : nowNanos - oldest;
  }

  /** True if no message is under way. */
  boolean areHome() {
    return sinceNanos.isEmpty();
  }
}
