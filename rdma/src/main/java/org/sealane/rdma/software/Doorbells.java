package org.sealane.rdma.software;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.function.IntConsumer;

/**
 * The part of a device file by which peers tell a completion queue that something waits: for each
 * queue a word to sleep on, whether its thread sleeps, and a bit for each of its queue pairs.
 *
 * <p>A waiter says that it sleeps, looks once more, then sleeps; a ringer sets the bit first and
 * looks whether it sleeps afterwards. Both orders are those of volatile accesses, so no ring is
 * lost.
 */
final class Doorbells {
  /** Queue pairs of one device. */
  static final int SLOTS_MAX = 2048;

  private static final int SEQUENCE_OFFSET = 0;
  private static final int SLEEPING_OFFSET = 64;
  private static final int BITS_OFFSET = 128;
  private static final int WORDS = SLOTS_MAX / Long.SIZE;

  /** Bytes of one queue's part. */
  static final int BYTES = BITS_OFFSET + WORDS * Long.BYTES;

  private final MemorySegment area;

  /**
   * @param area this queue's part of the device file
   */
  Doorbells(MemorySegment area) {
    this.area = area.asSlice(0, BYTES);
  }

  /** Marks the queue pair in {@code slot} and wakes the queue's thread if it sleeps. */
  void ring(int slot) {
    long bit = 1L << (slot % Long.SIZE);
    Shared.LONG.getAndBitwiseOr(area, bitsOffset(slot / Long.SIZE), bit);
    wake();
  }

  /** Wakes the queue's thread if it sleeps. */
  void wake() {
    VarHandle.fullFence();
    if (Shared.getInt(area, SLEEPING_OFFSET) != 0) {
      Shared.INT.getAndAdd(area, (long) SEQUENCE_OFFSET, 1);
      Futex.wake(area.asSlice(SEQUENCE_OFFSET, Integer.BYTES));
    }
  }

  boolean isRung() {
    for (int i = 0; i < WORDS; i++) {
      if (Shared.getLong(area, bitsOffset(i)) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Takes all marks and calls {@code slots} with each. */
  void collect(IntConsumer slots) {
    for (int i = 0; i < WORDS; i++) {
      if (Shared.getLong(area, bitsOffset(i)) == 0) {
        continue;
      }
      long bits = (long) Shared.LONG.getAndSet(area, bitsOffset(i), 0L);
      while (bits != 0) {
        slots.accept(i * Long.SIZE + Long.numberOfTrailingZeros(bits));
        bits &= bits - 1;
      }
    }
  }

  /** The word to sleep on as it is now. */
  int sequence() {
    return Shared.getInt(area, SEQUENCE_OFFSET);
  }

  void sleeping(boolean on) {
    Shared.setInt(area, SLEEPING_OFFSET, on ? 1 : 0);
  }

  /** Sleeps until somebody rings after {@code sequence} was read. */
  void sleep(int sequence, long nanos) {
    Futex.await(area.asSlice(SEQUENCE_OFFSET, Integer.BYTES), sequence, nanos);
  }

  private static long bitsOffset(int word) {
    return BITS_OFFSET + (long) word * Long.BYTES;
  }
}
