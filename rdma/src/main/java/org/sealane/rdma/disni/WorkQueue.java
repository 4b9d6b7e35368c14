package org.sealane.rdma.disni;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * One direction of a queue pair: which work ids the device has, by the slot that its completions
 * name, as a completion that failed tells nothing else for sure. Any thread may call.
 */
final class WorkQueue {
  private final long[] workIds;
  private final int[] free;
  private int freeCount;
  private int onDevice;
  private final Deque<Integer> late = new ArrayDeque<>();

  WorkQueue(int depth) {
    workIds = new long[depth];
    free = new int[depth];
    Arrays.setAll(free, i -> depth - 1 - i);
    freeCount = depth;
  }

  int depth() {
    return workIds.length;
  }

  /** A slot for a request that is about to be given to the device; -1 if there is none. */
  synchronized int take(long workId) {
    int slot = takeFree(workId);
    if (slot >= 0) {
      onDevice++;
    }
    return slot;
  }

  private int takeFree(long workId) {
    if (freeCount == 0) {
      return -1;
    }
    int slot = free[--freeCount];
    workIds[slot] = workId;
    return slot;
  }

  /** The device did not take it. */
  synchronized void giveBack(int slot) {
    onDevice--;
    free[freeCount++] = slot;
  }

  /** A slot for a request that flushes after those that the device has; -1 if there is none. */
  synchronized int takeLate(long workId) {
    int slot = takeFree(workId);
    if (slot >= 0) {
      late.add(slot);
    }
    return slot;
  }

  /** The late ones whose turn has come, to be completed each. */
  synchronized List<Integer> lateDue() {
    if (onDevice > 0 || late.isEmpty()) {
      return List.of();
    }
    List<Integer> due = List.copyOf(late);
    late.clear();
    return due;
  }

  /** The device has completed it. */
  synchronized long complete(int slot) {
    onDevice--;
    return release(slot);
  }

  /** A late one is over. */
  synchronized long release(int slot) {
    free[freeCount++] = slot;
    return workIds[slot];
  }
}
