package org.sealane.rdma.disni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.sealane.rdma.verbs.ConnectParameters;

class ConnParamTest {
  @Test
  void shouldCarryDataAndBothDepthsWhenThisSideSpeaks() {
    try (Arena arena = Arena.ofConfined()) {
      ConnParam param = new ConnParam(new ConnectParameters(new byte[] {1, 2}, 200, 4), arena);

      assertThat(param.getResponder_resources()).isEqualTo((byte) 200);
      assertThat(param.getInitiator_depth()).isEqualTo((byte) 4);
      assertThat(param.getRnr_retry_count()).as("7 would be for ever").isEqualTo((byte) 6);
      assertThat(ConnParam.ofPeer(param))
          .as("a peer's event swaps the depths into the hearer's view")
          .isEqualTo(new ConnectParameters(new byte[] {1, 2}, 4, 200));
    }
  }

  @Test
  void shouldHaveNoDataWhenThereIsNone() {
    try (Arena arena = Arena.ofConfined()) {
      ConnParam param = new ConnParam(new ConnectParameters(new byte[0], 1, 1), arena);

      assertThat(param.getPrivate_data()).isZero();
      assertThat(ConnParam.ofPeer(param).privateData()).isEmpty();
    }
  }

  @Test
  void shouldRefuseDataThatARequestDoesNotCarry() {
    try (Arena arena = Arena.ofConfined()) {
      ConnectParameters words = new ConnectParameters(new byte[57], 1, 1);
      assertThatThrownBy(() -> new ConnParam(words, arena))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("57");
    }
  }
}
