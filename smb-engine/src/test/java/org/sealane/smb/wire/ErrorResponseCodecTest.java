package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ErrorResponseCodecTest {
  static final TestedCodec<ErrorResponse> CODEC =
      new TestedCodec<>(ErrorResponseCodec::decode, ErrorResponseCodec::encode);

  private static final int BYTE_COUNT_OFFSET = 68;

  @Nested
  class WithContext implements CodecContract<ErrorResponse> {
    @Override
    public TestedCodec<ErrorResponse> codec() {
      return CODEC;
    }

    @Override
    public String goldenFile() {
      return "ErrorResponse.hex";
    }

    @Override
    public int shortestAcceptedBytes() {
      return golden().length;
    }

    @Test
    void shouldReadEveryFieldWhenMessageIsGolden() throws Exception {
      ErrorResponse response = CODEC.decode(golden());

      assertThat(response.errorContextCount()).isEqualTo(1);
      assertThat(response.errorData()).asHexString().isEqualTo("02000000000000000203");
    }

    @Test
    void shouldRefuseWhenByteCountReachesBeyondTheMessage() {
      byte[] beyond = golden();
      beyond[BYTE_COUNT_OFFSET] = 11;
      assertRefused(beyond);

      // As a signed number it would be negative.
      beyond[BYTE_COUNT_OFFSET + 3] = (byte) 0xFF;
      assertRefused(beyond);
    }

    private static void assertRefused(byte[] message) {
      assertThatExceptionOfType(MalformedMessageException.class)
          .isThrownBy(() -> CODEC.decode(message))
          .satisfies(e -> assertThat(e.field()).isEqualTo("ErrorData"));
    }
  }

  @Nested
  class WithoutData implements CodecContract<ErrorResponse> {
    @Override
    public TestedCodec<ErrorResponse> codec() {
      return CODEC;
    }

    @Override
    public String goldenFile() {
      return "EmptyErrorResponse.hex";
    }

    /** Some servers leave out the byte of ErrorData that should be there. */
    @Override
    public int shortestAcceptedBytes() {
      return golden().length - 1;
    }

    @Test
    void shouldReadNothingWhenByteCountIsZero() throws Exception {
      ErrorResponse response = CODEC.decode(golden());

      assertThat(response.errorContextCount()).isZero();
      assertThat(response.errorData()).isEmpty();
    }

    @Test
    void shouldBeWhatTheConstantSendsWhenThereIsNothingToSay() {
      assertThat(CODEC.encode(ErrorResponse.EMPTY)).endsWith(9, 0, 0, 0, 0, 0, 0, 0, 0).hasSize(73);
    }
  }
}
