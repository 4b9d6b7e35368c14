package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

/** {@link CodecContract} of the messages whose body is {@link FixedBody}. */
public interface FixedBodyContract<T> extends CodecContract<T> {
  @Override
  default int shortestAcceptedBytes() {
    return FixedBody.MESSAGE_LENGTH;
  }

  @Test
  default void shouldIgnoreReservedBytesButNotStructureSizeWhenDecoding() throws Exception {
    byte[] message = golden();
    message[Smb2Header.LENGTH + 2] = 0x55;
    assertThat(codec().decode(message)).isEqualTo(codec().decode(golden()));

    message[Smb2Header.LENGTH] = 5;
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> codec().decode(message))
        .satisfies(e -> assertThat(e.field()).isEqualTo("StructureSize"))
        .satisfies(e -> assertThat(e.actual()).isEqualTo(5));
  }
}
