package org.sealane.smb.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Executor;
import org.sealane.smb.transport.FramePool;

/**
 * What lets only so many operations run at once, of all connections of a server, and only with so
 * much memory; the others wait in order, and when too many wait, they are turned away.
 *
 * <p>An operation whose response carries a payload also waits until the pool has room for that:
 * responses that peers do not read keep theirs. Such operations wait apart, since those behind them
 * may be what gives memory back; and connections take turns, so that one which asks for much and
 * reads nothing holds up the others for no longer than it is suffered itself.
 *
 * <p>Any thread may call. One lock guards all state and is never held while calling out, but for
 * the pool's, which is held for a few instructions.
 */
final class WorkQueue {
  private record Waiting(long number, long bytes, boolean lends, Runnable task) {}

  private final Executor executor;
  private final FramePool pool;
  private final int operationsMax;
  private final long bytesMax;
  private final int waitingMax;
  private final Object lock = new Object();
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  /** By connection, whose turn is next first. None is empty. */
  private final SequencedMap<Object, Deque<Waiting>> waitingForPool = new LinkedHashMap<>();

  private int operations;
  private long bytes;

  /** Of the bytes, those that are to be lent, and may be or not yet. */
  private long lending;

  private int waitingForPoolCount;
  private boolean poolAsked;
  private long nextNumber;

  WorkQueue(Executor executor, FramePool pool, ServerSettings settings) {
    this.executor = executor;
    this.pool = pool;
    this.operationsMax = settings.limit(Limit.OPERATIONS);
    this.bytesMax = settings.limit(Limit.OPERATION_BYTES);
    this.waitingMax = settings.limit(Limit.WAITING_OPERATIONS);
  }

  /**
   * Runs the task on a worker, now or when others have ended; false if too many wait.
   *
   * @param connection whose turn it takes
   * @param lends whether the task will borrow {@code taskBytes} from the pool for its response
   */
  boolean submit(Object connection, long taskBytes, boolean lends, Runnable task) {
    synchronized (lock) {
      Waiting submitted = new Waiting(nextNumber++, taskBytes, lends, task);
      if (waiting.size() + waitingForPoolCount >= waitingMax && !mayBegin(submitted)) {
        return false;
      }
      if (lends) {
        waitingForPool.computeIfAbsent(connection, _ -> new ArrayDeque<>()).add(submitted);
        waitingForPoolCount++;
      } else {
        waiting.add(submitted);
      }
    }
    startNext();
    return true;
  }

  /** Runs the task on a worker now: what ends something must not wait for what may be stuck. */
  void run(Runnable task) {
    executor.execute(task);
  }

  /** Operations under way, and those that wait. */
  int size() {
    synchronized (lock) {
      return operations + waiting.size() + waitingForPoolCount;
    }
  }

  private boolean mayBegin(Waiting task) {
    return (task.lends() ? waitingForPool.isEmpty() : waiting.isEmpty())
        && fits(task.bytes())
        && (!task.lends() || hasRoom(task));
  }

  private boolean fits(long taskBytes) {
    // One alone may always run, however large.
    return operations == 0 || operations < operationsMax && bytes + taskBytes <= bytesMax;
  }

  /** If there is none, the pool calls when it gets something back. */
  private boolean hasRoom(Waiting task) {
    if (poolAsked) {
      return false;
    }
    boolean room = pool.hasRoom(lending + task.bytes(), this::poolHasMore);
    poolAsked = !room;
    return room;
  }

  private void poolHasMore() {
    synchronized (lock) {
      poolAsked = false;
    }
    startNext();
  }

  private void startNext() {
    Deque<Waiting> begun = new ArrayDeque<>();
    synchronized (lock) {
      for (Optional<Waiting> task = next(); task.isPresent(); task = next()) {
        begun.add(begin(task.get()));
      }
    }
    begun.forEach(this::start);
  }

  /** The next in order that may begin; only for want of the pool's memory one is passed over. */
  private Optional<Waiting> next() {
    Waiting plain = waiting.peek();
    Waiting large = waitingForPool.isEmpty() ? null : waitingForPool.firstEntry().getValue().peek();
    if (large != null && (plain == null || large.number() < plain.number())) {
      if (!fits(large.bytes())) {
        return Optional.empty();
      }
      if (hasRoom(large)) {
        return Optional.of(takeTurn());
      }
    }
    return plain != null && fits(plain.bytes()) ? Optional.of(waiting.remove()) : Optional.empty();
  }

  /** Removes what waits for the pool longest of the connection whose turn it is. */
  private Waiting takeTurn() {
    Map.Entry<Object, Deque<Waiting>> turn = waitingForPool.pollFirstEntry();
    Waiting taken = turn.getValue().remove();
    waitingForPoolCount--;
    if (!turn.getValue().isEmpty()) {
      waitingForPool.putLast(turn.getKey(), turn.getValue());
    }
    return taken;
  }

  private Waiting begin(Waiting task) {
    operations++;
    bytes += task.bytes();
    lending += task.lends() ? task.bytes() : 0;
    return task;
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
    synchronized (lock) {
      operations--;
      bytes -= ended.bytes();
      lending -= ended.lends() ? ended.bytes() : 0;
      poolAsked = false;
    }
    startNext();
  }
}
