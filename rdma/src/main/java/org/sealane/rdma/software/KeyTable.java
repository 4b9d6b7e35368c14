package org.sealane.rdma.software;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.sealane.rdma.verbs.Access;
import org.sealane.rdma.verbs.RemoteKey;
import org.sealane.rdma.verbs.RemoteSlice;

/**
 * The keys of one device, in its device file: its owner changes them, peers look them up. A key is
 * the entry's number and a generation in the low byte.
 *
 * <p>An entry's key is written last and read first and last, so a peer that finds its key has read
 * the fields that belong to it.
 */
final class KeyTable {
  /** Bytes of one entry. */
  static final int ENTRY_BYTES = 64;

  private static final int KEY_OFFSET = 0;
  private static final int FLAGS_OFFSET = 4;
  private static final int REGION_OFFSET = 8;
  private static final int START_OFFSET = 16;
  private static final int LENGTH_OFFSET = 24;
  private static final int ADDRESS_OFFSET = 32;
  private static final int QUEUE_PAIR_OFFSET = 40;

  private static final int WINDOW_FLAG = 1 << 16;
  private static final int GENERATION_BITS = 8;
  private static final int GENERATION_MASK = (1 << GENERATION_BITS) - 1;

  private final MemorySegment area;
  private final int capacity;
  private final BitSet taken = new BitSet();
  private final int[] generations;

  /**
   * @param area the table's part of the device file
   */
  KeyTable(MemorySegment area) {
    this.area = area;
    this.capacity = (int) (area.byteSize() / ENTRY_BYTES);
    this.generations = new int[capacity];
  }

  /**
   * Memory that a key names.
   *
   * @param region the region's number, which names its file
   * @param start where it begins in that file
   * @param lengthBytes how much
   * @param address what peers call the first byte
   */
  record Target(long region, long start, long lengthBytes, long address) {}

  /** Takes an entry, or nothing if all are taken. */
  synchronized OptionalInt take() {
    int entry = taken.nextClearBit(0);
    if (entry >= capacity) {
      return OptionalInt.empty();
    }
    taken.set(entry);
    return OptionalInt.of(entry);
  }

  /** Revokes and gives back an entry. */
  synchronized void free(int entry) {
    Shared.setInt(area, at(entry) + KEY_OFFSET, 0);
    taken.clear(entry);
  }

  synchronized int takenCount() {
    return taken.cardinality();
  }

  /**
   * Gives an entry rights under a new key.
   *
   * @param queuePair whose peer alone has the rights, for a window
   */
  synchronized RemoteKey grant(
      int entry, Target target, Set<Access> access, OptionalInt queuePair) {
    long at = at(entry);
    Shared.setInt(area, at + KEY_OFFSET, 0);
    int flags = queuePair.isPresent() ? WINDOW_FLAG : 0;
    for (Access right : access) {
      flags |= right.flag();
    }
    Shared.setInt(area, at + FLAGS_OFFSET, flags);
    Shared.setLong(area, at + REGION_OFFSET, target.region());
    Shared.setLong(area, at + START_OFFSET, target.start());
    Shared.setLong(area, at + LENGTH_OFFSET, target.lengthBytes());
    Shared.setLong(area, at + ADDRESS_OFFSET, target.address());
    Shared.setInt(area, at + QUEUE_PAIR_OFFSET, queuePair.orElse(0));
    // From 1 on, so that no key is zero.
    generations[entry] = generations[entry] % GENERATION_MASK + 1;
    int key = (entry << GENERATION_BITS) | generations[entry];
    Shared.setInt(area, at + KEY_OFFSET, key);
    return new RemoteKey(key);
  }

  /**
   * Takes the rights of a window's key away.
   *
   * @param queuePair the queue pair that it must be bound to
   * @return false if there is no such key
   */
  boolean invalidate(RemoteKey key, int queuePair) {
    int entry = key.value() >>> GENERATION_BITS;
    if (key.value() == 0 || entry >= capacity) {
      return false;
    }
    long at = at(entry);
    return Shared.getInt(area, at + KEY_OFFSET) == key.value()
        && (Shared.getInt(area, at + FLAGS_OFFSET) & WINDOW_FLAG) != 0
        && Shared.getInt(area, at + QUEUE_PAIR_OFFSET) == queuePair
        && Shared.INT.compareAndSet(area, at + KEY_OFFSET, key.value(), 0);
  }

  /**
   * As {@link #invalidate}, for the owner: taking away what the peer has just taken away is no
   * error.
   */
  synchronized boolean invalidateOwn(RemoteKey key, int queuePair) {
    int entry = key.value() >>> GENERATION_BITS;
    return invalidate(key, queuePair)
        || key.value() != 0
            && entry < capacity
            && generations[entry] == (key.value() & GENERATION_MASK)
            && Shared.getInt(area, at(entry) + KEY_OFFSET) == 0;
  }

  /**
   * What {@code slice} names in the owner's regions, if the owner grants {@code access} to it.
   *
   * @param queuePair the owner's queue pair of the connection that asks
   * @return the exact part; empty if the key is not known, or the bounds or rights are wrong
   */
  Optional<Target> lookUp(RemoteSlice slice, Access access, int queuePair) {
    int key = slice.key().value();
    int entry = key >>> GENERATION_BITS;
    if (key == 0 || entry >= capacity) {
      return Optional.empty();
    }
    long at = at(entry);
    if (Shared.getInt(area, at + KEY_OFFSET) != key) {
      return Optional.empty();
    }
    int flags = Shared.getInt(area, at + FLAGS_OFFSET);
    long region = Shared.getLong(area, at + REGION_OFFSET);
    long start = Shared.getLong(area, at + START_OFFSET);
    long length = Shared.getLong(area, at + LENGTH_OFFSET);
    long address = Shared.getLong(area, at + ADDRESS_OFFSET);
    int bound = Shared.getInt(area, at + QUEUE_PAIR_OFFSET);
    if (Shared.getInt(area, at + KEY_OFFSET) != key || (flags & access.flag()) == 0) {
      return Optional.empty();
    }
    if ((flags & WINDOW_FLAG) != 0 && bound != queuePair) {
      return Optional.empty();
    }
    // The difference is exact modulo 2^64, so an address below the first is a very large offset.
    long offset = slice.address() - address;
    if (offset < 0 || offset > length - slice.lengthBytes()) {
      return Optional.empty();
    }
    return Optional.of(new Target(region, start + offset, slice.lengthBytes(), slice.address()));
  }

  private static long at(int entry) {
    return (long) entry * ENTRY_BYTES;
  }
}
