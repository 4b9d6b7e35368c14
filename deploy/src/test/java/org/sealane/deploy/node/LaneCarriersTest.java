package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealane.deploy.config.LaneTransport;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.transport.FramePool;

class LaneCarriersTest {
  private static final LaneTransport PINNED = LaneTransport.RDMA_CORE.on("no-such-device");
  private static final HostPort LANE = new HostPort("127.0.0.1", 0);

  @Test
  void shouldNameThePinnedDeviceWhenItIsNotThere() {
    assertThatThrownBy(() -> LaneCarriers.check(List.of(PINNED, LaneTransport.TCP), LANE))
        .isInstanceOf(NodeStartException.class)
        .hasMessageStartingWith("transports: rdma:rdma-core:no-such-device: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void shouldFindNothingWrongWhenNoDeviceIsPinned() throws NodeStartException {
    LaneCarriers.check(List.of(LaneTransport.RDMA_SOFTWARE, LaneTransport.TCP), LANE);
  }

  @Test
  void shouldGoOnWithTcpWhenThePinnedDeviceIsGone() {
    LaneCarriers carriers =
        LaneCarriers.open(List.of(PINNED, LaneTransport.TCP), LANE, FramePool.ofHeapShare());

    assertThat(carriers.rdma()).isEmpty();
    assertThat(carriers.open()).containsExactly(LaneTransport.TCP);
  }
}
