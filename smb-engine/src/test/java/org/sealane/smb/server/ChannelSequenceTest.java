package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** [MS-SMB2] 3.3.5.2.10. */
class ChannelSequenceTest {
  private final ChannelSequence sequence = new ChannelSequence();

  @ParameterizedTest
  @CsvSource({"0, 1, true", "0, 32767, true", "0, 32768, false", "1, 0, false", "65535, 0, true"})
  void shouldTellNewerFromOlderNumbersWhenTheyWrap(int now, int next, boolean admitted) {
    reach(now);

    assertThat(sequence.admit(next, false).isPresent()).isEqualTo(admitted);
  }

  private void reach(int number) {
    for (int at = 0; at < number; at = Math.min(number, at + 32_767)) {
      assertThat(sequence.admit(at, false)).isPresent();
    }
    assertThat(sequence.admit(number, false)).isPresent();
  }

  @Test
  void shouldRefuseAReplayOnlyWhileARequestOfAnEarlierNumberIsUnderWay() {
    UseCount old = sequence.admit(0, false).orElseThrow();
    old.enter();

    assertThat(sequence.admit(1, true)).isEmpty();
    assertThat(sequence.admit(1, false)).isPresent();
    old.leave();
    assertThat(sequence.admit(1, true)).isPresent();
  }

  @Test
  void shouldAllowAReplayBesideRequestsOfItsOwnNumber() {
    sequence.admit(1, false).orElseThrow().enter();

    assertThat(sequence.admit(1, true)).isPresent();
  }
}
