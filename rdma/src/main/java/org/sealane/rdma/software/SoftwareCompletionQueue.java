package org.sealane.rdma.software;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.sealane.rdma.verbs.Completion;
import org.sealane.rdma.verbs.CompletionQueue;

/**
 * Completions of this process's queue pairs. What peers did to receives is collected from the queue
 * pairs' files when their doorbell was rung.
 */
final class SoftwareCompletionQueue implements CompletionQueue {
  /** How often a request that waits for the peer's receive is tried again. */
  private static final long RETRY_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  /** Waits that tell whether the next is worth a spin, the last one the most. */
  private static final int WAITS_REMEMBERED = 8;

  /** The part of them that must have been short enough for it. */
  private static final double SHORT_WAITS_MIN = 0.125;

  private final SoftwareVerbs verbs;
  private final int number;
  private final int entries;
  private final Doorbells doorbells;
  private final long spinNanos;

  // Guarded by the deque itself; held for a few instructions, never while calling out.
  private final Deque<Entry> completed = new ArrayDeque<>();
  private final Set<SoftwareQueuePair> stalled = ConcurrentHashMap.newKeySet();
  private int reserved;

  /** The part of waits that were short lately. Of the thread that waits. */
  private double shortWaits = 1;

  private volatile boolean filled;
  private volatile boolean woken;
  private volatile boolean closed;

  /** What completed, and whose place in a queue is free again once that is polled. */
  record Entry(Completion completion, Runnable polled) {}

  SoftwareCompletionQueue(
      SoftwareVerbs verbs, int number, int entries, Doorbells doorbells, long spinNanos) {
    this.verbs = verbs;
    this.number = number;
    this.entries = entries;
    this.doorbells = doorbells;
    this.spinNanos = spinNanos;
  }

  SoftwareVerbs verbs() {
    return verbs;
  }

  int number() {
    return number;
  }

  boolean isClosed() {
    return closed;
  }

  /** Makes room for the completions of a queue pair, if there is room. */
  synchronized boolean reserve(int depths) {
    if (reserved + depths > entries) {
      return false;
    }
    reserved += depths;
    return true;
  }

  synchronized void unreserve(int depths) {
    reserved -= depths;
  }

  void add(Entry entry) {
    synchronized (completed) {
      completed.add(entry);
      filled = true;
    }
    doorbells.wake();
  }

  /** Has its requests tried again at the next poll. */
  void stall(SoftwareQueuePair queuePair) {
    stalled.add(queuePair);
    doorbells.wake();
  }

  void forget(SoftwareQueuePair queuePair) {
    stalled.remove(queuePair);
  }

  @Override
  public int entries() {
    return entries;
  }

  @Override
  public int poll(List<Completion> into, int max) {
    doorbells.collect(slot -> verbs.inSlot(slot).ifPresent(SoftwareQueuePair::collect));
    if (!stalled.isEmpty()) {
      for (SoftwareQueuePair waiting : stalled) {
        stalled.remove(waiting);
        waiting.retry();
      }
    }
    int count = 0;
    while (count < max) {
      Optional<Entry> entry = next();
      if (entry.isEmpty()) {
        break;
      }
      entry.get().polled().run();
      into.add(entry.get().completion());
      count++;
    }
    return count;
  }

  private Optional<Entry> next() {
    synchronized (completed) {
      Entry entry = completed.poll();
      filled = !completed.isEmpty();
      return Optional.ofNullable(entry);
    }
  }

  /**
   * Spins before it sleeps only where waits have been short lately: a spin that ends in a sleep
   * takes the processor from those that are waited for.
   */
  @Override
  public void await(Duration timeout) {
    if (isReady()) {
      woken = false;
      return;
    }
    long start = System.nanoTime();
    long nanos = timeout.toNanos();
    long spin = shortWaits >= SHORT_WAITS_MIN ? Math.min(nanos, spinNanos) : 0;
    long passed = 0;
    while (!isReady() && passed < nanos) {
      if (passed < spin) {
        Thread.onSpinWait();
      } else {
        sleep(stalled.isEmpty() ? nanos - passed : Math.min(nanos - passed, RETRY_NANOS));
        if (!stalled.isEmpty()) {
          return;
        }
      }
      passed = System.nanoTime() - start;
    }
    shortWaits += ((passed <= spinNanos ? 1 : 0) - shortWaits) / WAITS_REMEMBERED;
    if (passed < nanos) {
      woken = false;
    }
  }

  private void sleep(long nanos) {
    int sequence = doorbells.sequence();
    doorbells.sleeping(true);
    if (!isReady()) {
      doorbells.sleep(sequence, nanos);
    }
    doorbells.sleeping(false);
  }

  private boolean isReady() {
    return filled || woken || doorbells.isRung();
  }

  @Override
  public void wakeUp() {
    woken = true;
    doorbells.wake();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      verbs.completionQueueClosed(number);
    }
  }
}
