package org.sealane.cluster.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ValidityTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00.987Z");

  @Test
  void shouldBeginEarlyForClocksThatAreBehind() {
    Validity day = Validity.startingAt(NOW, Duration.ofDays(1));

    assertThat(day.notBefore()).isEqualTo("2026-06-01T11:55:00Z");
    assertThat(day.notAfter()).isEqualTo("2026-06-02T12:00:00Z");
  }

  @Test
  void shouldNotBeEmpty() {
    assertThatThrownBy(() -> new Validity(NOW, NOW.plusMillis(10)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
