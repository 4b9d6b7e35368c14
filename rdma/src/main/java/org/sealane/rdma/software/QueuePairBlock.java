package org.sealane.rdma.software;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.sealane.rdma.verbs.CompletionStatus;

/**
 * The file of one queue pair: its receives, and what its peer did to them. The owner adds receives
 * and takes arrivals; the peer takes receives and adds arrivals. So each ring has one writer and
 * one reader.
 *
 * <p>{@code executing} is odd while the owner carries out a request on the peer's memory. Whoever
 * takes a right away waits for it to change: what had begun is over then.
 */
final class QueuePairBlock {
  private static final int ERROR_OFFSET = 0;
  private static final int EXECUTING_OFFSET = 64;
  private static final int POSTED_OFFSET = 128;
  private static final int TAKEN_OFFSET = 192;
  private static final int ARRIVED_OFFSET = 256;
  private static final int RINGS_OFFSET = 320;

  private static final int RECEIVE_BYTES = 32;
  private static final int RECEIVE_START = 8;
  private static final int RECEIVE_LENGTH = 16;

  private static final int ARRIVAL_BYTES = 16;
  private static final int ARRIVAL_LENGTH = 4;
  private static final int ARRIVAL_KEY = 8;
  private static final int ARRIVAL_INVALIDATES = 12;

  private final MemorySegment area;
  private final int depth;

  /**
   * @param area the whole file
   * @param depth receives at a time
   */
  QueuePairBlock(MemorySegment area, int depth) {
    if (area.byteSize() < bytes(depth)) {
      throw new IllegalArgumentException("a block of " + area.byteSize() + " bytes");
    }
    this.area = area;
    this.depth = depth;
  }

  static long bytes(int depth) {
    return RINGS_OFFSET + (long) depth * (RECEIVE_BYTES + ARRIVAL_BYTES);
  }

  /**
   * A posted receive.
   *
   * @param region the owner's region, or -1 if the memory named must not be written
   */
  record Receive(long region, long start, int lengthBytes) {
    static final Receive UNWRITABLE = new Receive(-1, 0, 0);

    boolean isWritable() {
      return region >= 0;
    }
  }

  /** What came of a receive. */
  record Arrival(CompletionStatus status, int lengthBytes, Optional<Integer> invalidated) {
    static Arrival failed(CompletionStatus status) {
      return new Arrival(status, 0, Optional.empty());
    }
  }

  boolean isInError() {
    return Shared.getInt(area, ERROR_OFFSET) != 0;
  }

  /** True if it was not in error before. */
  boolean breakOff() {
    return (int) Shared.INT.getAndSet(area, (long) ERROR_OFFSET, 1) == 0;
  }

  void executing(boolean on) {
    long now = Shared.getLong(area, EXECUTING_OFFSET);
    if ((now & 1) == (on ? 1 : 0)) {
      throw new AssertionError("requests of one queue pair are carried out one by one");
    }
    Shared.setLong(area, EXECUTING_OFFSET, now + 1);
  }

  long execution() {
    return Shared.getLong(area, EXECUTING_OFFSET);
  }

  /** The owner adds a receive; there must be room. */
  void addReceive(Receive receive) {
    long posted = Shared.getLong(area, POSTED_OFFSET);
    long at = RINGS_OFFSET + posted % depth * RECEIVE_BYTES;
    Shared.setLong(area, at, receive.region());
    Shared.setLong(area, at + RECEIVE_START, receive.start());
    Shared.setInt(area, at + RECEIVE_LENGTH, receive.lengthBytes());
    Shared.setLong(area, POSTED_OFFSET, posted + 1);
  }

  /** The peer takes the next receive, if there is one. */
  Optional<Receive> takeReceive() {
    long taken = Shared.getLong(area, TAKEN_OFFSET);
    if (taken == Shared.getLong(area, POSTED_OFFSET)) {
      return Optional.empty();
    }
    long at = RINGS_OFFSET + taken % depth * RECEIVE_BYTES;
    Receive receive =
        new Receive(
            Shared.getLong(area, at),
            Shared.getLong(area, at + RECEIVE_START),
            Shared.getInt(area, at + RECEIVE_LENGTH));
    Shared.setLong(area, TAKEN_OFFSET, taken + 1);
    return Optional.of(receive);
  }

  /** The peer says what came of the receive it took. */
  void addArrival(Arrival arrival) {
    long arrived = Shared.getLong(area, ARRIVED_OFFSET);
    long at = arrivalAt(arrived);
    Shared.setInt(area, at, arrival.status().code());
    Shared.setInt(area, at + ARRIVAL_LENGTH, arrival.lengthBytes());
    Shared.setInt(area, at + ARRIVAL_KEY, arrival.invalidated().orElse(0));
    Shared.setInt(area, at + ARRIVAL_INVALIDATES, arrival.invalidated().isPresent() ? 1 : 0);
    Shared.setLong(area, ARRIVED_OFFSET, arrived + 1);
  }

  /** The owner looks at arrival {@code number}, counted from zero, if it is there. */
  Optional<Arrival> arrival(long number) {
    if (number >= Shared.getLong(area, ARRIVED_OFFSET)) {
      return Optional.empty();
    }
    long at = arrivalAt(number);
    boolean invalidates = Shared.getInt(area, at + ARRIVAL_INVALIDATES) != 0;
    return Optional.of(
        new Arrival(
            CompletionStatus.ofCode(Shared.getInt(area, at)),
            Shared.getInt(area, at + ARRIVAL_LENGTH),
            invalidates ? Optional.of(Shared.getInt(area, at + ARRIVAL_KEY)) : Optional.empty()));
  }

  private long arrivalAt(long number) {
    return RINGS_OFFSET + (long) depth * RECEIVE_BYTES + number % depth * ARRIVAL_BYTES;
  }
}
