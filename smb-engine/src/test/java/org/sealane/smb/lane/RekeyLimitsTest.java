package org.sealane.smb.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RekeyLimitsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void shouldLimitMessagesWhereOnlyBytesAndTimeAreNamed() {
    assertThat(new RekeyLimits(1 << 20, HOUR).messages()).isEqualTo(RekeyLimits.MESSAGES_DEFAULT);
  }

  @Test
  void shouldRefuseLimitsThatALaneReachesBeforeItWorks() {
    assertThatThrownBy(() -> new RekeyLimits((1 << 20) - 1, HOUR)).hasMessageContaining("1 MiB");
    assertThatThrownBy(() -> new RekeyLimits(1 << 20, 63, HOUR)).hasMessageContaining("64");
    assertThatThrownBy(() -> new RekeyLimits(1 << 20, 64, Duration.ofMillis(999)))
        .hasMessageContaining("1s");
  }
}
