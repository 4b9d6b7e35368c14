package org.sealane.cluster.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sealane.cluster.audit.AuditThrottle.Limits;

class AuditThrottleTest {
  private static final Limits LIMITS = new Limits(3, 5);
  private static final AuditKind KIND = AuditKind.TREE_REFUSED;

  private final AuditThrottle throttle = new AuditThrottle(Duration.ofNanos(100), 1000);

  private int passed(AuditKind kind, String source, int times) {
    int passed = 0;
    for (int i = 0; i < times; i++) {
      passed += throttle.passes(kind, source, LIMITS) ? 1 : 0;
    }
    return passed;
  }

  @Test
  void shouldLetTheFirstOfEachSourceAndKindPass() {
    assertThat(passed(KIND, "a", 10)).isEqualTo(3);
    assertThat(passed(KIND, "b", 10)).isEqualTo(2);
    assertThat(passed(KIND, "c", 10)).isZero();
    assertThat(passed(AuditKind.LIMIT_REACHED, "a", 10)).isEqualTo(3);
  }

  @Test
  void shouldTellHowManyMoreThereWereWhenTheWindowIsOver() {
    passed(KIND, "a", 10);
    passed(AuditKind.LIMIT_REACHED, "a", 2);

    assertThat(throttle.tick(1099)).isEmpty();
    assertThat(throttle.tick(1100))
        .containsExactly(
            new AuditEvent(
                AuditKind.EVENTS_SUPPRESSED, Map.of("kind", "tree-refused", "count", "7")));
    assertThat(throttle.end()).isEmpty();
    assertThat(passed(KIND, "a", 10)).isEqualTo(3);
  }

  @Test
  void shouldHoldNoMoreSourcesThanItsLimit() {
    Limits wide = new Limits(3, Integer.MAX_VALUE);
    for (int i = 0; i < AuditThrottle.SOURCES_MAX; i++) {
      assertThat(throttle.passes(KIND, "source" + i, wide)).isTrue();
    }
    int passed = 0;
    for (int i = 0; i < 100; i++) {
      passed += throttle.passes(KIND, "further" + i, wide) ? 1 : 0;
    }
    assertThat(passed).isEqualTo(3);
  }
}
