package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.lane.Lanes;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.MoveCause;
import org.sealane.smb.share.ShareOpen;

/** A detour of a lane that nobody ends. */
class LaneDetourTest {
  private static final UUID VOLUME = new UUID(1, 0);

  @TempDir Path root;

  private static long moves(Lanes lanes) {
    return lanes.status().stream()
        .map(lane -> lane.moves().byCause())
        .mapToLong((Map<MoveCause, Long> causes) -> causes.getOrDefault(MoveCause.ROUTE, 0L))
        .sum();
  }

  @Test
  void shouldGoDirectlyAgainWhenTheLimitIsOver() throws Exception {
    byte[] block = LaneVolumes.random(1000, 3);
    try (LaneVolumes volumes = new LaneVolumes(root)) {
      volumes.add(VOLUME, Level.ENCRYPT);
      Lanes lanes = volumes.nodes.client().lanes().lanes();
      LaneRelay relay = new LaneRelay(volumes.nodes.server().lanes().address());
      try (ShareOpen file = volumes.open(VOLUME, "file")) {
        lanes.detour("node1", relay.address(), Duration.ofSeconds(5));
        await().until(() -> moves(lanes) >= 1);
        assertThat(LaneVolumes.writeAndRead(file, 0, block)).isEqualTo(block);
        assertThat(relay.links()).hasSize(1);

        await().atMost(Duration.ofSeconds(60)).until(() -> moves(lanes) >= 2);

        int before = relay.links().size();
        assertThat(LaneVolumes.writeAndRead(file, 0, block)).isEqualTo(block);
        assertThat(relay.links()).hasSize(before);
      } finally {
        relay.close();
      }
    }
  }

  @Test
  void shouldLeaveALaterDetourAlone() throws Exception {
    try (LaneVolumes volumes = new LaneVolumes(root)) {
      volumes.add(VOLUME, Level.ENCRYPT);
      Lanes lanes = volumes.nodes.client().lanes().lanes();
      LaneRelay relay = new LaneRelay(volumes.nodes.server().lanes().address());
      try (ShareOpen file = volumes.open(VOLUME, "file")) {
        lanes.detour("node1", relay.address(), Duration.ofMillis(200));
        lanes.detour("node1", java.util.Optional.of(volumes.relay.address()));
        await()
            .during(Duration.ofMillis(600))
            .until(() -> moves(lanes) <= 2 && lanes.status().size() == 1);
        assertThat(LaneVolumes.writeAndRead(file, 0, new byte[10])).isEqualTo(new byte[10]);
      } finally {
        relay.close();
      }
    }
  }
}
