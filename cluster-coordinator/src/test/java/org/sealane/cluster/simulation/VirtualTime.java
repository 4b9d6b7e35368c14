package org.sealane.cluster.simulation;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The one queue of what happens, its clock, its dice, and a record of the last events. */
final class VirtualTime {
  private static final int RECORD_MAX = Integer.getInteger("sealane.simulation.record", 200);

  private record Task(long at, long order, Runnable work) {}

  private record Line(long at, String format, Object[] arguments) {
    @Override
    public String toString() {
      return String.format("%12.6f ", at / 1e9) + String.format(format, arguments);
    }
  }

  private final PriorityQueue<Task> queue =
      new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
  private final Deque<Line> record = new ArrayDeque<>();
  private final Random random;
  private long nowNanos;
  private long order;
  private long steps;

  VirtualTime(long seed) {
    random = new Random(seed);
  }

  static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  long now() {
    return nowNanos;
  }

  long steps() {
    return steps;
  }

  void after(long nanos, Runnable work) {
    queue.add(new Task(nowNanos + Math.max(0, nanos), ++order, work));
  }

  /** Does what is next; false if nothing is. */
  boolean step() {
    Task task = queue.poll();
    if (task == null) {
      return false;
    }
    nowNanos = task.at();
    steps++;
    task.work().run();
    return true;
  }

  /** Uniform from {@code least} to just below {@code bound}. */
  long between(long least, long bound) {
    return bound <= least ? least : random.nextLong(least, bound);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  int pick(int bound) {
    return random.nextInt(bound);
  }

  /** Arguments are values: they are put into words only if the run fails. */
  void note(String format, Object... arguments) {
    if (record.size() == RECORD_MAX) {
      record.removeFirst();
    }
    record.addLast(new Line(nowNanos, format, arguments));
  }

  String recorded() {
    StringBuilder text = new StringBuilder();
    record.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }
}
