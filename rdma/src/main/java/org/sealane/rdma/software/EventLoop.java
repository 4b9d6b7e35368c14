package org.sealane.rdma.software;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread on which a device's connections are set up and their ends noticed. It never waits for
 * a peer.
 */
final class EventLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
  private static final Duration END_MAX = Duration.ofSeconds(10);

  private final Selector selector;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::atNanos));
  private final long startNanos = System.nanoTime();
  private final Thread thread;
  private volatile boolean ending;

  /** What a channel's readiness is told to. */
  @FunctionalInterface
  interface Ready {
    void onReady() throws IOException;
  }

  private record Timer(long atNanos, Runnable task) {}

  EventLoop(String name) throws IOException {
    selector = Selector.open();
    thread = Thread.ofPlatform().name(name).daemon().start(this::run);
  }

  /** Runs a task on the thread; after close it is dropped. */
  void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  /** Runs a task later; it must look whether it is still wanted. Only on the thread. */
  void schedule(Duration delay, Runnable task) {
    timers.add(new Timer(now() + delay.toNanos(), task));
  }

  /** Calls {@code ready} when the channel can be read or accepts. Only on the thread. */
  void register(SelectableChannel channel, int operations, Ready ready) throws IOException {
    channel.register(selector, operations, ready);
  }

  boolean isThread() {
    return Thread.currentThread() == thread;
  }

  private long now() {
    return System.nanoTime() - startNanos;
  }

  private void run() {
    List<SelectionKey> ready = new ArrayList<>();
    while (!ending) {
      try {
        selector.select(ready::add, waitMillis());
        for (SelectionKey key : ready) {
          if (key.isValid()) {
            ((Ready) key.attachment()).onReady();
          }
        }
      } catch (IOException | RuntimeException e) {
        LOG.error("rdma software: an event was not handled", e);
        // A selector that fails at once, always, must not take a core.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
      ready.clear();
      runDue();
    }
  }

  private long waitMillis() {
    if (!tasks.isEmpty()) {
      return 1;
    }
    Timer next = timers.peek();
    return next == null
        ? 0
        : Math.max(1, TimeUnit.NANOSECONDS.toMillis(next.atNanos() - now()) + 1);
  }

  private void runDue() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      runOne(task);
    }
    while (!timers.isEmpty() && timers.peek().atNanos() <= now()) {
      runOne(timers.poll().task());
    }
  }

  private static void runOne(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("rdma software: a task failed", e);
    }
  }

  /** Ends the thread, after the tasks that were given to it; closes no channels. Idempotent. */
  @Override
  public void close() {
    execute(() -> ending = true);
    if (isThread()) {
      return;
    }
    try {
      if (!thread.join(END_MAX)) {
        LOG.warn("rdma software: thread {} did not end in {}", thread, END_MAX);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    MeetingPlace.closeQuietly(selector);
  }
}
