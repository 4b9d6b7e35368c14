package org.sealane.cluster.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class OwnerTermTest {
  private final AtomicBoolean lease = new AtomicBoolean(true);
  private final OwnerTerm term = new OwnerTerm(5, lease::get);

  @Test
  void shouldKeepAResultBackWhenTheLeaseEndedMeanwhile() {
    assertThat(term.enter()).isTrue();
    assertThat(term.leave()).isTrue();
    assertThat(term.enter()).isTrue();
    lease.set(false);
    assertThat(term.leave()).isFalse();
    assertThat(term.enter()).isFalse();
    assertThat(term.isServing()).isFalse();
    lease.set(true);
    assertThat(term.isServing()).isTrue();
  }

  @Test
  void shouldAcknowledgeWhatWasUnderWayWhenTheTermEndsInOrder() {
    assertThat(term.enter()).isTrue();
    CompletableFuture<Void> over = term.end(true).toCompletableFuture();

    assertThat(term.enter()).isFalse();
    assertThat(over).isNotDone();
    assertThat(term.leave()).isTrue();

    assertThat(over).isCompleted();
    assertThat(term.isEnded()).isTrue();
    assertThat(term.end(true).toCompletableFuture()).isCompleted();
  }

  @Test
  void shouldSettleAfterTheLastOperationAndBeforeItIsOver() {
    CountDownLatch settling = new CountDownLatch(1);
    List<String> order = new ArrayList<>();
    term.beforeUnlock(() -> {
      try {
        settling.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      order.add("settled");
    });
    term.enter();
    CompletableFuture<Void> over =
        term.end(true).toCompletableFuture().thenRun(() -> order.add("over"));
    term.leave();
    assertThat(over).isNotDone();

    settling.countDown();

    await().until(over::isDone);
    assertThat(order).containsExactly("settled", "over");
  }

  @Test
  void shouldAcknowledgeNothingMoreWhenTheLeaseWasLostThoughItIsHeldAgain() {
    assertThat(term.enter()).isTrue();
    term.end(false);

    assertThat(lease).isTrue();
    assertThat(term.leave()).isFalse();
  }
}
