package org.sealane.smb.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sealane.smb.encryption.key.KeyUnavailableException;

class NonceCounterTest {
  @Test
  void shouldCountFromOneWhenNew() throws Exception {
    NonceCounter nonces = new NonceCounter();

    assertThat(nonces.reserve(10)).isEqualTo(1);
    assertThat(nonces.reserve(0)).isEqualTo(2);
    assertThat(nonces.messages()).isEqualTo(2);
    assertThat(nonces.bytes()).isEqualTo(10);
  }

  @Test
  void shouldStopForGoodWhenMessagesReachTheLimit() throws Exception {
    NonceCounter nonces = new NonceCounter(NonceCounter.MESSAGES_MAX - 1, 0);

    assertThat(nonces.reserve(1)).isEqualTo(NonceCounter.MESSAGES_MAX);

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> nonces.reserve(1)).isInstanceOf(KeyUnavailableException.class);
    }
    assertThat(nonces.messages()).isEqualTo(NonceCounter.MESSAGES_MAX);
  }

  @Test
  void shouldStopForGoodWhenBytesReachTheLimit() throws Exception {
    NonceCounter nonces = new NonceCounter(0, NonceCounter.BYTES_MAX - 1);

    assertThat(nonces.reserve(8 << 20)).isEqualTo(1);

    assertThatThrownBy(() -> nonces.reserve(1)).isInstanceOf(KeyUnavailableException.class);
    assertThat(nonces.messages()).isEqualTo(1);
  }
}
