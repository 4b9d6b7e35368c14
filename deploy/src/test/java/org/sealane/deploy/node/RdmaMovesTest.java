package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.lane.TwoLaneNodes;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.MoveCause;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;

/** A lane that moves between TCP and RDMA with what is open on it. */
class RdmaMovesTest {
  private static final UUID VOLUME = new UUID(4, 2);

  @TempDir Path directory;

  private static LaneRule rule(long epoch, TransportPreference transport) {
    LanePolicy overTcp = TwoLaneNodes.policy(VOLUME, LaneKind.CSV, epoch, Level.ENCRYPT);
    return LaneRule.settled(
        new LanePolicy(
            VOLUME,
            LaneKind.CSV,
            epoch,
            Level.ENCRYPT,
            overTcp.ciphers(),
            overTcp.signing(),
            transport,
            overTcp.rekey()));
  }

  @Test
  void shouldMoveWithWhatIsOpenWhenThePolicyNamesAnotherTransport() throws Exception {
    Path files = Files.createDirectory(directory.resolve("files"));
    DirectoryShare share = new DirectoryShare(files, DirectoryShare.Settings.of("v", 1));
    List<TransportPreference> ways =
        List.of(
            TransportPreference.TCP_ONLY,
            TransportPreference.RDMA_ONLY,
            TransportPreference.TCP_ONLY);
    try (TwoLaneNodes nodes =
        new TwoLaneNodes(
            (volume, _) -> Optional.of(share), new RdmaUnderTest(directory.resolve("rdma")))) {
      nodes.publish(rule(1, ways.getFirst()));
      try (ShareOpen file =
          nodes
              .share(VOLUME, LaneKind.CSV)
              .create(
                  new CreateParameters(
                      SharePath.ofWire("file"),
                      AccessMask.GENERIC_ALL,
                      0,
                      CreateParameters.SHARE_ALL,
                      CreateDisposition.CREATE,
                      0),
                  new Caller("node2", "node2"))) {
        for (int i = 0; i < ways.size(); i++) {
          nodes.publish(rule(i + 1, ways.get(i)));
          byte[] content = new byte[100_000 + i];
          content[i] = (byte) (i + 1);
          file.write(0, MemorySegment.ofArray(content), false);

          assertThat(Files.readAllBytes(files.resolve("file"))).isEqualTo(content);
          LaneStatus lane = nodes.client().lanes().lanes().status().getFirst();
          assertThat(lane.transport())
              .isEqualTo(ways.get(i) == TransportPreference.TCP_ONLY ? "tcp" : "rdma");
          assertThat(lane.moves().byCause().getOrDefault(MoveCause.POLICY, 0L)).isEqualTo(i);
          assertThat(lane.moves().remade()).isZero();
        }
      }
    } finally {
      share.close();
    }
  }
}
