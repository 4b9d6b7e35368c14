package org.sealane.smb.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.NtStatus;

class PolicyExchangeTest {
  private static final UUID VOLUME = new UUID(1, 2);
  private static final Principal PEER =
      new Principal.Node(
          "node2",
          new LaneBinding(new UUID(0, 1), "node2", "node1", VOLUME, LaneKind.CSV, 1),
          "X25519MLKEM768");

  private final List<String> calls = new ArrayList<>();
  private byte[] newest = {1};
  private final PolicyExchange exchange =
      new PolicyExchange(
          new PolicyState() {
            @Override
            public byte[] newest(UUID volume) {
              calls.add("newest " + volume);
              return newest;
            }

            @Override
            public void offer(UUID volume, byte[] peerState) {
              calls.add("offer " + volume + " " + peerState.length);
              newest = peerState;
            }
          },
          VOLUME);

  @Test
  void shouldAdoptWhatTheClientKnowsBeforeItAnswers() throws ShareException {
    assertThat(exchange.control(PEER, PolicyExchange.CODE, new byte[] {2, 3}))
        .containsExactly(2, 3);
    assertThat(calls).containsExactly("offer " + VOLUME + " 2", "newest " + VOLUME);
  }

  @Test
  void shouldRefuseACodeItDoesNotKnow() {
    assertStatus(NtStatus.INVALID_DEVICE_REQUEST, PolicyExchange.CODE + 4, new byte[0]);
  }

  @Test
  void shouldRefuseAStateThatIsTooLong() {
    assertStatus(
        NtStatus.INVALID_PARAMETER, PolicyExchange.CODE, new byte[PolicyState.BYTES_MAX + 1]);
  }

  private void assertStatus(NtStatus status, int code, byte[] input) {
    assertThatThrownBy(() -> exchange.control(PEER, code, input))
        .isInstanceOfSatisfying(
            ShareException.class, e -> assertThat(e.status()).isEqualTo(status));
    assertThat(calls).isEmpty();
  }

  @Test
  void shouldSendNoStateOfItsOwnThatIsTooLong() {
    newest = new byte[PolicyState.BYTES_MAX + 1];
    assertThatThrownBy(() -> exchange.control(PEER, PolicyExchange.CODE, newest.clone()))
        .isInstanceOf(ShareException.class);
  }
}
