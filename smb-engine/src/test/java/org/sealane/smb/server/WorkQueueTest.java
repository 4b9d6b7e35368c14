package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sealane.smb.transport.FramePool;

class WorkQueueTest {
  private static final int MIB = 1 << 20;

  /** Lends 30 MiB for payloads. */
  private final FramePool pool = new FramePool(40L * MIB, 0);

  private final Deque<Runnable> workers = new ArrayDeque<>();
  private final List<String> ran = new ArrayList<>();

  private WorkQueue queue(int operations, int waiting) {
    return new WorkQueue(
        workers::add,
        pool,
        ServerSettings.defaults(UUID.randomUUID())
            .with(Limit.OPERATIONS, operations)
            .with(Limit.WAITING_OPERATIONS, waiting));
  }

  private Runnable task(String name) {
    return () -> ran.add(name);
  }

  private void work() {
    for (Runnable next = workers.poll(); next != null; next = workers.poll()) {
      next.run();
    }
  }

  @Test
  void shouldRunWhatFitsAndTheOthersInOrderWhenItEnds() {
    WorkQueue queue = queue(2, 10);
    for (String name : List.of("a", "b", "c", "d")) {
      assertThat(queue.submit(this, 1, name.equals("c"), task(name))).isTrue();
    }
    assertThat(workers).hasSize(2);
    assertThat(queue.size()).isEqualTo(4);

    work();

    assertThat(ran).containsExactly("a", "b", "c", "d");
    assertThat(queue.size()).isZero();
  }

  @Test
  void shouldTurnAwayWhenTooManyWait() {
    WorkQueue queue = queue(1, 1);
    assertThat(queue.submit(this, 0, false, task("a"))).isTrue();
    assertThat(queue.submit(this, 0, true, task("b"))).isTrue();
    assertThat(queue.submit(this, 0, false, task("c"))).isFalse();
    assertThat(queue.submit(this, 0, true, task("d"))).isFalse();

    work();

    assertThat(ran).containsExactly("a", "b");
  }

  @Test
  void shouldHoldBackLargeAnswersWhileOthersAreNotRead() {
    WorkQueue queue = queue(10, 10);
    FramePool.Buffer unread = pool.borrow(8 * MIB);
    FramePool.Buffer alsoUnread = pool.borrow(8 * MIB);
    FramePool.Buffer another = pool.borrow(8 * MIB);
    queue.submit(this, 8 * MIB, true, task("read"));
    queue.submit(this, 8 * MIB, true, task("next read"));
    queue.submit(this, 8 * MIB, false, task("write"));

    work();
    assertThat(ran).as("what may give memory back passes").containsExactly("write");

    unread.close();
    work();
    assertThat(ran).startsWith("write", "read");

    alsoUnread.close();
    another.close();
    work();
    assertThat(ran).containsExactly("write", "read", "next read");
    assertThat(queue.size()).isZero();
  }

  @Test
  void shouldCountAnswersThatAreBeingMade() {
    WorkQueue queue = queue(10, 10);
    for (int i = 0; i < 5; i++) {
      queue.submit(this, 8 * MIB, true, task("read " + i));
    }
    assertThat(workers).as("three of 8 MiB fit 30").hasSize(3);

    work();

    assertThat(ran).hasSize(5);
  }

  @Test
  void shouldLetConnectionsTakeTurnsForThePool() {
    WorkQueue queue = queue(10, 100);
    for (int i = 0; i < 6; i++) {
      queue.submit("greedy", 8 * MIB, true, task("greedy " + i));
    }
    queue.submit("modest", 8 * MIB, true, task("modest"));
    assertThat(workers).hasSize(3);

    work();

    assertThat(ran).hasSize(7);
    assertThat(ran.indexOf("modest")).as("its turn").isLessThanOrEqualTo(4);
    assertThat(ran.subList(0, 3)).containsExactly("greedy 0", "greedy 1", "greedy 2");
    assertThat(queue.size()).isZero();
  }
}
