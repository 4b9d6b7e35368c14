package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealane.cluster.lane.TwoLaneNodes.policy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.lane.TwoLaneNodes.Proof;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneRules;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.PolicyState;
import org.sealane.smb.share.ShareOpen;

/** The end of a lane that is behind adopts the newer policy before the first payload. */
class LanePolicyStateTest {
  private static final UUID VOLUME = new UUID(1, 0);

  @TempDir Path root;

  /** Knows one number for each volume, and encrypts from 2 on. */
  private static final class Numbers implements PolicyState {
    final Map<UUID, Byte> known = new ConcurrentHashMap<>();
    final AtomicReference<LaneRules> rules = new AtomicReference<>();

    @Override
    public byte[] newest(UUID volume) {
      return new byte[] {known.getOrDefault(volume, (byte) 0)};
    }

    @Override
    public void offer(UUID volume, byte[] peerState) {
      if (peerState.length == 1 && peerState[0] > known.getOrDefault(volume, (byte) 0)) {
        know(peerState[0]);
      }
    }

    void know(int number) {
      known.put(VOLUME, (byte) number);
      Level level = number < 2 ? Level.CLEAR : Level.ENCRYPT;
      rules.get().publish(LaneRule.settled(policy(VOLUME, LaneKind.CSV, number, level)));
    }
  }

  private void assertSealed(int serverKnows, int clientKnows) throws Exception {
    Numbers server = new Numbers();
    Numbers client = new Numbers();
    try (LaneVolumes volumes =
        new LaneVolumes(
            root,
            ca -> Proof.good(ca, "node1").knowing(server),
            ca -> Proof.good(ca, "node2").knowing(client))) {
      server.rules.set(volumes.nodes.server().rules());
      client.rules.set(volumes.nodes.client().rules());
      volumes.add(VOLUME, Level.CLEAR);
      server.know(serverKnows);
      client.know(clientKnows);

      try (ShareOpen file = volumes.open(VOLUME, "file")) {
        LaneVolumes.writeAndRead(file, 0, LaneVolumes.random(10_000, 1));
      }

      assertThat(List.of(server.known.get(VOLUME), client.known.get(VOLUME)))
          .containsOnly((byte) 2);
      assertThat(volumes.nodes.payload().clear()).isZero();
      assertThat(volumes.nodes.payload().sealed()).isEqualTo(20_000);
    }
  }

  @Test
  void shouldSealTheFirstPayloadWhenTheServerKnowsBetter() throws Exception {
    assertSealed(2, 1);
  }

  @Test
  void shouldSealTheFirstPayloadWhenTheClientKnowsBetter() throws Exception {
    // The client sends in the clear as it has not read its own newest; the server's answer is 2.
    assertSealed(1, 2);
  }
}
