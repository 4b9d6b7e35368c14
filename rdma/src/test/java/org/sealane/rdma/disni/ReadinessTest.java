package org.sealane.rdma.disni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  /** A descriptor that poll leaves out, as a negative one. */
  private static final int NOTHING = -1;

  @Test
  void shouldEndTheWaitWhenItWasWokenBefore() throws Exception {
    try (Readiness readiness = new Readiness(NOTHING)) {
      readiness.wakeUp();
      Thread waiter = Thread.ofPlatform().start(() -> readiness.await(Integer.MAX_VALUE));

      assertThat(waiter.join(Duration.ofSeconds(60))).isTrue();
    }
  }

  @Test
  void shouldEndTheWaitWhenItIsWokenByAnother() throws Exception {
    try (Readiness readiness = new Readiness(NOTHING)) {
      Thread waiter = Thread.ofPlatform().start(() -> readiness.await(Integer.MAX_VALUE));
      readiness.wakeUp();

      assertThat(waiter.join(Duration.ofSeconds(60))).isTrue();
    }
  }

  @Test
  void shouldSayNoWhenTheDescriptorHasNothingInTime() {
    assertThat(Readiness.await(NOTHING, 1)).isFalse();
  }

  @Test
  void shouldRefuseADescriptorThatIsNotOpen() {
    assertThatThrownBy(() -> Readiness.makeNonBlocking(NOTHING))
        .isInstanceOf(java.io.IOException.class)
        .hasMessageContaining("-1");
  }
}
