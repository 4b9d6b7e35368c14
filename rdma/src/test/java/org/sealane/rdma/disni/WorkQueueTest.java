package org.sealane.rdma.disni;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WorkQueueTest {
  private final WorkQueue queue = new WorkQueue(2);

  @Test
  void shouldReturnTheWorkIdOfASlotWhenTheDeviceCompletesItInAnyOrder() {
    int first = queue.take(10);
    int second = queue.take(20);

    assertThat(queue.complete(second)).isEqualTo(20);
    assertThat(queue.complete(first)).isEqualTo(10);
  }

  @Test
  void shouldHaveNoSlotWhenAllAreInUseAndOneAgainWhenOneIsGivenBack() {
    int first = queue.take(10);
    assertThat(queue.takeLate(20)).isNotNegative();
    assertThat(queue.take(30)).isNegative();
    assertThat(queue.takeLate(30)).isNegative();

    queue.giveBack(first);

    assertThat(queue.take(30)).isNotNegative();
  }

  @Test
  void shouldLetLateOnesWaitWhileTheDeviceHasOthers() {
    int first = queue.take(10);
    int late = queue.takeLate(20);
    assertThat(queue.lateDue()).isEmpty();

    queue.complete(first);

    assertThat(queue.lateDue()).isEqualTo(List.of(late));
    assertThat(queue.lateDue()).as("handed out once").isEmpty();
    assertThat(queue.release(late)).isEqualTo(20);
  }
}
