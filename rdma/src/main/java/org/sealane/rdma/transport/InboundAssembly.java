package org.sealane.rdma.transport;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;

/**
 * Puts fragments together in memory of the frame pool. A fragment stays in its receive, which is
 * not posted again, until there is memory and the handler reads. On the loop.
 */
final class InboundAssembly {
  private final FramePool pool;
  private final Runnable memoryReturned;
  private final Deque<Fragment> arrived = new ArrayDeque<>();
  private Optional<FramePool.Buffer> frame = Optional.empty();
  private int filled;
  private OptionalInt invalidated = OptionalInt.empty();
  private boolean reading = true;
  private boolean waitingForMemory;

  /**
   * A fragment in its receive.
   *
   * @param index the receive
   * @param data what it holds of the message
   * @param restBytes what follows
   * @param isFirst whether it begins a message
   * @param invalidated the key that came with it
   */
  record Fragment(
      int index, MemorySegment data, long restBytes, boolean isFirst, OptionalInt invalidated) {}

  /** What became of the next fragment. */
  sealed interface Step {
    /** The receive is free, the message goes on. */
    record Copied(int index) implements Step {}

    /** The receive is free, the message is whole. */
    record Whole(int index, Frame frame) implements Step {}

    /** There is no memory for the message now. */
    record NeedMemory() implements Step {}

    /** Nothing arrived, or nothing is wanted. */
    record Nothing() implements Step {}
  }

  /** One whole message. */
  record Frame(FramePool.Buffer buffer, MemorySegment bytes, OptionalInt invalidatedToken)
      implements InboundFrame {
    @Override
    public int spareTailBytes() {
      return buffer.array().length - buffer.lengthBytes();
    }

    @Override
    public void close() {
      buffer.close();
    }
  }

  /**
   * @param memoryReturned called on any thread when memory that was refused may be there
   */
  InboundAssembly(FramePool pool, Runnable memoryReturned) {
    this.pool = pool;
    this.memoryReturned = memoryReturned;
  }

  void add(Fragment fragment) {
    arrived.add(fragment);
  }

  void reading(boolean on) {
    reading = on;
  }

  void memoryReturned() {
    waitingForMemory = false;
  }

  /** True if no message has begun. */
  boolean isBetween() {
    return arrived.isEmpty() && frame.isEmpty();
  }

  Step next() {
    Fragment fragment = arrived.peek();
    if (fragment == null || !reading || waitingForMemory) {
      return new Step.Nothing();
    }
    if (fragment.isFirst() && frame.isEmpty()) {
      int length = Math.toIntExact(fragment.data().byteSize() + fragment.restBytes());
      waitingForMemory = true;
      frame = pool.tryBorrow(length, memoryReturned);
      if (frame.isEmpty()) {
        return new Step.NeedMemory();
      }
      waitingForMemory = false;
      filled = 0;
    }
    arrived.remove();
    FramePool.Buffer buffer = frame.orElseThrow();
    MemorySegment bytes = buffer.segment();
    MemorySegment.copy(fragment.data(), 0, bytes, filled, fragment.data().byteSize());
    filled += (int) fragment.data().byteSize();
    if (fragment.invalidated().isPresent()) {
      invalidated = fragment.invalidated();
    }
    if (fragment.restBytes() > 0) {
      return new Step.Copied(fragment.index());
    }
    frame = Optional.empty();
    OptionalInt token = invalidated;
    invalidated = OptionalInt.empty();
    return new Step.Whole(fragment.index(), new Frame(buffer, bytes, token));
  }

  /** Gives back what is not whole. */
  void close() {
    arrived.clear();
    frame.ifPresent(FramePool.Buffer::close);
    frame = Optional.empty();
  }
}
