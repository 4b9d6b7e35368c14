package org.sealane.rdma.transport;

/**
 * What a completion tells for certain: the connection's serial in the upper half, below it the kind
 * of the request and a number that the kind knows.
 */
final class WorkId {
  /** What completed. */
  enum Kind {
    RECEIVE,
    SEND,
    TRANSFER,
    BIND,
    INVALIDATE
  }

  private static final Kind[] KINDS = Kind.values();
  private static final int KIND_SHIFT = 28;
  static final int NUMBER_MASK = (1 << KIND_SHIFT) - 1;

  private WorkId() {}

  static long of(int serial, Kind kind, int number) {
    return (long) serial << Integer.SIZE | (long) kind.ordinal() << KIND_SHIFT | number;
  }

  static int serial(long workId) {
    return (int) (workId >>> Integer.SIZE);
  }

  static Kind kind(long workId) {
    return KINDS[(int) workId >>> KIND_SHIFT];
  }

  static int number(long workId) {
    return (int) workId & NUMBER_MASK;
  }
}
