package org.sealane.rdma.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.sealane.rdma.verbs.Completion;
import org.sealane.rdma.verbs.CompletionQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One platform thread with one completion queue: it owns the connections assigned to it, hands them
 * their completions, runs their tasks and tells them the time.
 */
final class RdmaLoop implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RdmaLoop.class);

  /** Completions taken before tasks get their turn. */
  private static final int BATCH = 64;

  /** How often connections look at their deadlines. */
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final Duration TICK = Duration.ofNanos(TICK_NANOS);
  private static final Duration END_MAX = Duration.ofSeconds(10);

  private final CompletionQueue completions;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Map<Integer, RdmaConnection> connections = new ConcurrentHashMap<>();
  private final Object ending = new Object();
  private final Thread thread;
  private volatile boolean closing;
  private boolean ended;

  RdmaLoop(String name, CompletionQueue completions) {
    this.completions = completions;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  CompletionQueue completions() {
    return completions;
  }

  boolean isThread() {
    return Thread.currentThread() == thread;
  }

  /** Completions with the connection's serial go to it from now on. */
  void add(RdmaConnection connection) {
    connections.put(connection.serial(), connection);
  }

  void remove(RdmaConnection connection) {
    connections.remove(connection.serial());
  }

  /** The connections of the loop, for their end. */
  List<RdmaConnection> connections() {
    return List.copyOf(connections.values());
  }

  /** Runs a task on the thread; when that has ended, on the caller's, one at a time. */
  @Override
  public void execute(Runnable task) {
    synchronized (ending) {
      if (!ended) {
        tasks.add(task);
        if (!isThread()) {
          completions.wakeUp();
        }
        return;
      }
      runOne(task);
    }
  }

  /** The same, for what ends that connection where it fails. */
  void execute(RdmaConnection connection, Runnable task) {
    execute(() -> guard(connection, task));
  }

  private void run() {
    List<Completion> batch = new ArrayList<>(BATCH);
    long nextTick = System.nanoTime() + TICK_NANOS;
    while (!closing) {
      try {
        boolean busy = handOut(batch) | runTasks();
        long now = System.nanoTime();
        if (now - nextTick >= 0) {
          nextTick = now + TICK_NANOS;
          connections
              .values()
              .forEach(connection -> guard(connection, () -> connection.onTick(now)));
        }
        if (!busy) {
          completions.await(TICK);
        }
      } catch (RuntimeException e) {
        // The completion queue itself: nothing can be said of any connection any more.
        batch.clear();
        connections.values().forEach(connection -> endByFault(connection, e));
        LockSupport.parkNanos(TICK_NANOS);
      }
    }
    synchronized (ending) {
      runTasks();
      ended = true;
    }
  }

  private boolean handOut(List<Completion> batch) {
    if (completions.poll(batch, BATCH) == 0) {
      return false;
    }
    for (Completion completion : batch) {
      RdmaConnection owner = connections.get(WorkId.serial(completion.workId()));
      // A connection that ended may still have completions in the queue.
      if (owner != null) {
        guard(owner, () -> owner.onCompletion(completion));
      }
    }
    batch.clear();
    return true;
  }

  /** What fails on one connection ends that one. */
  private static void guard(RdmaConnection connection, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      endByFault(connection, e);
    }
  }

  private static void endByFault(RdmaConnection connection, RuntimeException fault) {
    try {
      connection.fault(fault);
    } catch (RuntimeException e) {
      LOG.error("rdma connection did not end in order conn={}", connection.id(), e);
    }
  }

  /** Hands out all that has completed by now; on the thread, and not while it hands out. */
  void drain() {
    List<Completion> batch = new ArrayList<>(BATCH);
    while (handOut(batch)) {
      LOG.trace("rdma transport: completions drained");
    }
  }

  private boolean runTasks() {
    boolean any = false;
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      any = true;
      runOne(task);
    }
    return any;
  }

  private static void runOne(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("rdma transport: a task failed", e);
    }
  }

  /** Ends the thread, after its tasks; its connections must be closed. Idempotent. */
  @Override
  public void close() {
    closing = true;
    completions.wakeUp();
    if (isThread()) {
      return;
    }
    try {
      if (!thread.join(END_MAX)) {
        LOG.warn("rdma transport: thread {} did not end in {}", thread, END_MAX);
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    completions.close();
  }
}
