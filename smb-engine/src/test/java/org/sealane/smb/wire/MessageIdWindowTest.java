package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.sealane.smb.wire.MessageIdWindow.Verdict.ACCEPTED;
import static org.sealane.smb.wire.MessageIdWindow.Verdict.NOT_GRANTED;
import static org.sealane.smb.wire.MessageIdWindow.Verdict.USED;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageIdWindowTest {
  @Test
  void shouldHoldOnlyIdZeroWhenNew() {
    MessageIdWindow window = new MessageIdWindow(16);

    assertThat(window.available()).isEqualTo(1);
    assertThat(window.consume(1, 1)).isEqualTo(NOT_GRANTED);
    assertThat(window.consume(0, 1)).isEqualTo(ACCEPTED);
    assertThat(window.available()).isZero();
    assertThat(window.consume(0, 1)).isEqualTo(USED);
  }

  /** Ids 0 and 3 are used, 1, 2, 4 and 5 may be, 6 was not granted. */
  @ParameterizedTest
  @CsvSource({
    "0, 1, USED",
    "1, 0, ACCEPTED",
    "1, 1, ACCEPTED",
    "1, 2, ACCEPTED",
    "1, 3, USED",
    "2, 1, ACCEPTED",
    "2, 2, USED",
    "3, 1, USED",
    "4, 1, ACCEPTED",
    "4, 2, ACCEPTED",
    "4, 3, NOT_GRANTED",
    "5, 1, ACCEPTED",
    "5, 2, NOT_GRANTED",
    "6, 1, NOT_GRANTED",
    "1, 65535, NOT_GRANTED",
    "9223372036854775807, 1, NOT_GRANTED",
    "-1, 1, NOT_GRANTED",
    "-9223372036854775808, 65535, NOT_GRANTED",
  })
  void shouldJudgeTheRangeWhenIdsAroundItAreUsed(
      long messageId, int charge, MessageIdWindow.Verdict expected) {
    MessageIdWindow window = new MessageIdWindow(16);
    window.consume(0, 1);
    assertThat(window.grant(5)).isEqualTo(5);
    window.consume(3, 1);

    assertThat(window.consume(messageId, charge)).isEqualTo(expected);
    int taken = expected == ACCEPTED ? Math.max(1, charge) : 0;
    assertThat(window.available()).isEqualTo(4 - taken);
  }

  @Test
  void shouldTakeNothingWhenRangeIsRefused() {
    MessageIdWindow window = new MessageIdWindow(16);
    window.grant(4);
    window.consume(2, 1);

    assertThat(window.consume(0, 3)).isEqualTo(USED);
    assertThat(window.consume(3, 3)).isEqualTo(NOT_GRANTED);
    assertThat(window.consume(0, 2)).isEqualTo(ACCEPTED);
    assertThat(window.consume(3, 2)).isEqualTo(ACCEPTED);
    assertThat(window.available()).isZero();
  }

  @Test
  void shouldRefuseEveryIdASecondTimeWhenTheyCameOutOfOrder() {
    MessageIdWindow window = new MessageIdWindow(8);
    window.grant(7);
    for (long id : new long[] {7, 0, 5, 1, 2, 6, 3, 4}) {
      assertThat(window.consume(id, 1)).isEqualTo(ACCEPTED);
    }
    for (long id = 0; id < 8; id++) {
      assertThat(window.consume(id, 1)).isEqualTo(USED);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "14, 14", "15, 15", "16, 15", "65535, 15", "-1, 0"})
  void shouldGrantUpToTheLimitWhenClientHoldsOne(int requested, int granted) {
    MessageIdWindow window = new MessageIdWindow(16);

    assertThat(window.grant(requested)).isEqualTo(granted);
    assertThat(window.available()).isEqualTo(1 + granted);
  }

  @Test
  void shouldGrantOneWhenClientHoldsNoneAndAsksForNone() {
    MessageIdWindow window = new MessageIdWindow(16);
    window.consume(0, 1);

    assertThat(window.grant(0)).isEqualTo(1);
    assertThat(window.grant(0)).isZero();
    assertThat(window.consume(1, 1)).isEqualTo(ACCEPTED);
  }

  @Test
  void shouldStopGrantingWhenAnOldIdStaysUnused() {
    int creditsMax = 4;
    MessageIdWindow window = new MessageIdWindow(creditsMax);
    long next = 1;
    int granted;
    do {
      granted = window.grant(1);
      for (int i = 0; i < granted; i++) {
        assertThat(window.consume(next++, 1)).isEqualTo(ACCEPTED);
      }
    } while (granted > 0);

    assertThat(next).isEqualTo((long) creditsMax * MessageIdWindow.SPAN_FACTOR);
    assertThat(window.available()).isEqualTo(1);

    assertThat(window.consume(0, 1)).isEqualTo(ACCEPTED);
    assertThat(window.grant(100)).isEqualTo(creditsMax);
    assertThat(window.consume(next, creditsMax)).isEqualTo(ACCEPTED);
  }

  @Test
  void shouldTakeTheWholeWindowWhenOneRequestChargesAllCredits() {
    MessageIdWindow window = new MessageIdWindow(128);
    window.grant(127);

    assertThat(window.consume(0, 129)).isEqualTo(NOT_GRANTED);
    assertThat(window.consume(0, 128)).isEqualTo(ACCEPTED);
    assertThat(window.grant(128)).isEqualTo(128);
    assertThat(window.consume(128, 128)).isEqualTo(ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 32, 33, 63, 64, 65, 512, 65535})
  void shouldRunThroughManyIdsWhenWindowIsOfAnySize(int creditsMax) {
    MessageIdWindow window = new MessageIdWindow(creditsMax);
    long id = 0;
    for (int round = 0; round < 100; round++) {
      window.grant(creditsMax);
      assertThat(window.available()).isEqualTo(creditsMax);
      assertThat(window.consume(id + creditsMax, 1)).isEqualTo(NOT_GRANTED);
      assertThat(window.consume(id, creditsMax)).isEqualTo(ACCEPTED);
      assertThat(window.consume(id, 1)).isEqualTo(USED);
      id += creditsMax;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 65536})
  void shouldRefuseToStartWhenLimitIsOutside(int creditsMax) {
    assertThatIllegalArgumentException().isThrownBy(() -> new MessageIdWindow(creditsMax));
  }
}
