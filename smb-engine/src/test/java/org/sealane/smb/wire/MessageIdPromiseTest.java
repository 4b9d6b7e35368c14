package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.MessageIdWindow.Verdict;

class MessageIdPromiseTest {
  private final MessageIdWindow window = new MessageIdWindow(4);

  @Test
  void shouldRefuseIdsThatWereOnlyPromised() {
    assertThat(window.consume(0, 1)).isEqualTo(Verdict.ACCEPTED);
    int promise = window.promise(3, 4);

    assertThat(promise).isEqualTo(3);
    assertThat(window.consume(1, 1)).isEqualTo(Verdict.NOT_GRANTED);

    window.keep(promise);
    assertThat(window.consume(1, 3)).isEqualTo(Verdict.ACCEPTED);
  }

  @Test
  void shouldCountPromisesAsHeldWhenPromisingMore() {
    window.consume(0, 1);

    assertThat(window.promise(3, 4)).isEqualTo(3);
    assertThat(window.promise(3, 4)).isEqualTo(1);
    assertThat(window.promise(3, 4)).isZero();
  }

  @Test
  void shouldPromiseOneWhenTheClientHoldsNoneAndAsksForNone() {
    window.consume(0, 1);

    assertThat(window.promise(0, 4)).isEqualTo(1);
    assertThat(window.promise(0, 4)).isZero();
  }

  @Test
  void shouldHoldToTheLowerLimitWhenOneIsGiven() {
    window.consume(0, 1);

    assertThat(window.promise(100, 2)).isEqualTo(2);
  }

  @Test
  void shouldRefuseToKeepMoreThanWasPromised() {
    window.consume(0, 1);
    window.promise(2, 4);

    assertThatThrownBy(() -> window.keep(3)).isInstanceOf(IllegalArgumentException.class);
  }
}
