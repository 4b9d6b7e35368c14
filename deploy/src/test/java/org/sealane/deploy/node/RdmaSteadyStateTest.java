package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.cluster.lane.TwoLaneNodes;
import org.sealane.rdma.software.SoftwareProvider;
import org.sealane.rdma.software.SoftwareSettings;
import org.sealane.rdma.transport.RdmaSettings;
import org.sealane.rdma.transport.RdmaTransport;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.Transport;

/**
 * What placed reads and writes take once a lane is open: no registration, no memory for payloads.
 */
class RdmaSteadyStateTest {
  private static final UUID VOLUME = new UUID(4, 2);
  private static final int BLOCK_BYTES = 1 << 20;
  private static final int BLOCKS = 8;
  private static final int ROUNDS = 8;

  /**
   * Of all threads of both nodes, and of whatever else runs in this process; an array for each
   * payload would be 16 times as much.
   */
  private static final long ALLOCATED_BYTES_MAX = 64 << 10;

  @TempDir Path directory;
  private final AtomicLong registrations = new AtomicLong();

  private Optional<Transport> rdma(FramePool pool) throws IOException {
    return Optional.of(
        new RdmaTransport(
            new CountingVerbs(
                new SoftwareProvider(SoftwareSettings.in(directory.resolve("rdma")))
                    .open(Optional.empty()),
                registrations),
            RdmaSettings.defaults(),
            pool));
  }

  private static LaneRule rule(Level level) {
    LanePolicy overTcp = TwoLaneNodes.policy(VOLUME, LaneKind.CSV, 1, level);
    return LaneRule.settled(
        new LanePolicy(
            VOLUME,
            LaneKind.CSV,
            1,
            level,
            overTcp.ciphers(),
            overTcp.signing(),
            TransportPreference.RDMA_ONLY,
            overTcp.rekey()));
  }

  private static long allocatedBytes() {
    return ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes();
  }

  /**
   * Signing allocates: the JDK gathers in an array what it authenticates. It must not register
   * either.
   */
  @ParameterizedTest
  @CsvSource({"CLEAR, true", "SIGN, false", "ENCRYPT, true"})
  void shouldNeitherRegisterNorAllocateForPayloads(Level level, boolean bounded) throws Exception {
    DirectoryShare share =
        new DirectoryShare(
            Files.createDirectory(directory.resolve("files")), DirectoryShare.Settings.of("v", 1));
    try (TwoLaneNodes nodes = new TwoLaneNodes((_, _) -> Optional.of(share), this::rdma)) {
      nodes.publish(rule(level));
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
        MemorySegment block = MemorySegment.ofArray(new byte[BLOCK_BYTES]);
        round(file, block);
        long registeredAtStart = registrations.get();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
          long before = allocatedBytes();
          round(file, block);
          least = Math.min(least, allocatedBytes() - before);
        }

        assertThat(registeredAtStart).as("the count sees the start").isPositive();
        assertThat(registrations).hasValue(registeredAtStart);
        if (bounded) {
          assertThat(least / (2 * BLOCKS)).isLessThan(ALLOCATED_BYTES_MAX);
        }
      }
    } finally {
      share.close();
    }
  }

  private static void round(ShareOpen file, MemorySegment block) throws Exception {
    for (int i = 0; i < BLOCKS; i++) {
      file.write((long) i * BLOCK_BYTES, block, false);
      assertThat(file.read((long) i * BLOCK_BYTES, block)).isEqualTo(BLOCK_BYTES);
    }
  }
}
