package org.sealane.smb.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.wire.CodecContract;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.TestedCodec;

class TreeConnectResponseCodecTest implements CodecContract<TreeConnectResponse> {
  static final TestedCodec<TreeConnectResponse> CODEC =
      new TestedCodec<>(TreeConnectResponseCodec::decode, TreeConnectResponseCodec::encode);

  private static final int SHARE_TYPE_OFFSET = 66;

  @Override
  public TestedCodec<TreeConnectResponse> codec() {
    return CODEC;
  }

  @Override
  public String goldenFile() {
    return "TreeConnectResponse.hex";
  }

  @Override
  public int shortestAcceptedBytes() {
    return golden().length;
  }

  @Test
  void shouldReadEveryFieldWhenMessageIsGolden() throws Exception {
    assertThat(CODEC.decode(golden()))
        .isEqualTo(
            new TreeConnectResponse(
                ShareType.DISK,
                ShareFlags.NO_CACHING | ShareFlags.ENCRYPT_DATA,
                ShareCapabilities.CONTINUOUS_AVAILABILITY | ShareCapabilities.CLUSTER,
                0x001F_01FF));
  }

  @ParameterizedTest
  @EnumSource(ShareType.class)
  void shouldReadTheShareTypeWhenItIsAssigned(ShareType type) throws Exception {
    byte[] message = golden();
    message[SHARE_TYPE_OFFSET] = (byte) type.code();

    assertThat(CODEC.decode(message).shareType()).isEqualTo(type);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 255})
  void shouldRefuseWhenShareTypeIsNotAssigned(int code) {
    byte[] message = golden();
    message[SHARE_TYPE_OFFSET] = (byte) code;

    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> CODEC.decode(message))
        .satisfies(e -> assertThat(e.actual()).isEqualTo(code));
  }
}
