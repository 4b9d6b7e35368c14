package org.sealane.smb.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/**
 * What lets only so many operations run at once, of all connections of a server, and only with so
 * much memory; the others wait in order, and when too many wait, they are turned away.
 *
 * <p>Any thread may call. One lock guards all state and is never held while calling out.
 */
final class WorkQueue {
  private record Waiting(long bytes, Runnable task) {}

  private final Executor executor;
  private final int operationsMax;
  private final long bytesMax;
  private final int waitingMax;
  private final Object lock = new Object();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private int operations;
  private long bytes;

  WorkQueue(Executor executor, ServerSettings settings) {
    this.executor = executor;
    this.operationsMax = settings.limit(Limit.OPERATIONS);
    this.bytesMax = settings.limit(Limit.OPERATION_BYTES);
    this.waitingMax = settings.limit(Limit.WAITING_OPERATIONS);
  }

  /** Runs the task on a worker, now or when others have ended; false if too many wait. */
  boolean submit(long taskBytes, Runnable task) {
    Waiting submitted = new Waiting(taskBytes, task);
    synchronized (lock) {
      if (!waiting.isEmpty() || !fits(taskBytes)) {
        if (waiting.size() >= waitingMax) {
          return false;
        }
        waiting.add(submitted);
        return true;
      }
      begin(submitted);
    }
    start(submitted);
    return true;
  }

  /** Runs the task on a worker now: what ends something must not wait for what may be stuck. */
  void run(Runnable task) {
    executor.execute(task);
  }

  /** Operations under way, and those that wait. */
  int size() {
    synchronized (lock) {
      return operations + waiting.size();
    }
  }

  private boolean fits(long taskBytes) {
    // One alone may always run, however large.
    return operations == 0 || operations < operationsMax && bytes + taskBytes <= bytesMax;
  }

  private void begin(Waiting task) {
    operations++;
    bytes += task.bytes();
  }

  private void start(Waiting task) {
    executor.execute(() -> {
      try {
        task.task().run();
      } finally {
        end(task);
      }
    });
  }

  private void end(Waiting ended) {
    Deque<Waiting> next = new ArrayDeque<>();
    synchronized (lock) {
      operations--;
      bytes -= ended.bytes();
      while (!waiting.isEmpty() && fits(waiting.getFirst().bytes())) {
        Waiting first = waiting.removeFirst();
        begin(first);
        next.add(first);
      }
    }
    next.forEach(this::start);
  }
}
