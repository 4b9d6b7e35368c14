package org.sealane.rdma.software;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealane.rdma.software.SetUpMessageCodec.MalformedSetUpException;
import org.sealane.rdma.verbs.ConnectParameters;

class SetUpMessageCodecTest {
  static final SetUpMessage.Endpoint ENDPOINT =
      new SetUpMessage.Endpoint("p00000000-0000-0000-0000-000000000001", 7, 3, 100, 33);
  static final List<SetUpMessage> ALL =
      List.of(
          new SetUpMessage.Hello(
              ENDPOINT, "127.0.0.1", 445, new ConnectParameters(new byte[] {1, 2}, 16, 8)),
          new SetUpMessage.Accepted(ENDPOINT, new ConnectParameters(new byte[0], 1, 255)),
          new SetUpMessage.Rejected(),
          new SetUpMessage.Established(),
          new SetUpMessage.Disconnected());

  @Test
  void shouldReadWhatItWrote() throws Exception {
    for (SetUpMessage message : ALL) {
      ByteBuffer bytes = SetUpMessageCodec.encode(message);
      assertThat(SetUpMessageCodec.decode(bytes)).contains(message);
      assertThat(bytes.hasRemaining()).isFalse();
    }
  }

  @Test
  void shouldWaitForTheRestWhenAMessageIsNotWhole() throws Exception {
    for (SetUpMessage message : ALL) {
      ByteBuffer bytes = SetUpMessageCodec.encode(message);
      for (int length = 0; length < bytes.limit(); length++) {
        ByteBuffer part = bytes.duplicate().limit(length);
        assertThat(SetUpMessageCodec.decode(part)).isEmpty();
        assertThat(part.position()).isZero();
      }
    }
  }

  @Test
  void shouldRefuseWhenAFieldRunsOverTheMessage() {
    for (SetUpMessage message : ALL) {
      ByteBuffer bytes = SetUpMessageCodec.encode(message);
      int length = bytes.getShort(0);
      if (length > 1) {
        ByteBuffer cut = bytes.duplicate().limit(bytes.limit() - 1);
        cut.putShort(0, (short) (length - 1));
        assertThatThrownBy(() -> SetUpMessageCodec.decode(cut))
            .isInstanceOf(MalformedSetUpException.class);
      }
    }
  }

  @Test
  void shouldRefuseWhenANumberIsOutOfRange() {
    SetUpMessage far =
        new SetUpMessage.Accepted(
            new SetUpMessage.Endpoint("p", 1, SoftwareSettings.COMPLETION_QUEUES_MAX, 0, 1),
            new ConnectParameters(new byte[0], 1, 1));
    assertThatThrownBy(() -> SetUpMessageCodec.decode(SetUpMessageCodec.encode(far)))
        .isInstanceOf(MalformedSetUpException.class);
  }

  @Test
  void shouldRefuseAnUnknownKindAndAnEmptyMessage() {
    assertThatThrownBy(() -> SetUpMessageCodec.decode(ByteBuffer.wrap(new byte[] {0, 1, 9})))
        .isInstanceOf(MalformedSetUpException.class);
    assertThatThrownBy(() -> SetUpMessageCodec.decode(ByteBuffer.wrap(new byte[] {0, 0, 9})))
        .isInstanceOf(MalformedSetUpException.class);
  }
}
