package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.cluster.lane.TwoLaneNodes;
import org.sealane.rdma.transport.RdmaCounter;
import org.sealane.rdma.verbs.MemoryRegion;
import org.sealane.smb.io.NetworkInterfaceInfo;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;

/** Lanes of two nodes over SMB Direct, and a look at the memory that a peer may reach. */
class RdmaLanesIT {
  private static final UUID VOLUME = new UUID(4, 2);

  /** Around the length from which payloads are placed, and one that needs several buffers. */
  private static final List<Integer> LENGTHS = List.of(100, 4096, 4097, 65_536, 1 << 20, 2_500_000);

  @TempDir Path directory;

  private RdmaUnderTest rdma() {
    return new RdmaUnderTest(directory.resolve("rdma"));
  }

  private static LaneRule rule(long epoch, Level level, TransportPreference transport) {
    return rule(epoch, level, CipherId.AES_128_GCM, SigningAlgorithm.AES_GMAC, transport);
  }

  private static LaneRule rule(
      long epoch,
      Level level,
      CipherId cipher,
      SigningAlgorithm signing,
      TransportPreference transport) {
    return LaneRule.settled(
        new LanePolicy(
            VOLUME,
            LaneKind.CSV,
            epoch,
            level,
            List.of(cipher),
            List.of(signing),
            transport,
            RekeyLimits.DEFAULT));
  }

  @FunctionalInterface
  private interface Work {
    void run(TwoLaneNodes nodes, ShareOpen file) throws Exception;
  }

  private void withFile(
      Level level, TransportPreference transport, TwoLaneNodes.Rdma rdma, Work work)
      throws Exception {
    withFile(rule(1, level, transport), rdma, work);
  }

  private void withFile(LaneRule rule, TwoLaneNodes.Rdma rdma, Work work) throws Exception {
    Path files = java.nio.file.Files.createDirectories(directory.resolve("files"));
    DirectoryShare share = new DirectoryShare(files, DirectoryShare.Settings.of("v", 1));
    try (TwoLaneNodes nodes = new TwoLaneNodes((volume, _) -> Optional.of(share), rdma)) {
      nodes.publish(rule);
      ShareOpen file =
          nodes
              .share(VOLUME, LaneKind.CSV)
              .create(
                  new CreateParameters(
                      SharePath.ofWire("file"),
                      AccessMask.GENERIC_ALL,
                      0,
                      CreateParameters.SHARE_ALL,
                      CreateDisposition.OPEN_IF,
                      0),
                  new Caller("node2", "node2"));
      work.run(nodes, file);
      file.close();
    } finally {
      share.close();
    }
  }

  private static void writeAndReadBack(ShareOpen file, byte[] content) throws ShareException {
    file.write(0, MemorySegment.ofArray(content), false);
    byte[] read = new byte[content.length];
    for (int at = 0; at < read.length; ) {
      at += file.read(at, MemorySegment.ofArray(read).asSlice(at));
    }
    assertThat(read).isEqualTo(content);
  }

  /** 64 random bytes over and over, so that whichever part of a payload is left shows them. */
  private static byte[] canaries(byte[] canary, int length) {
    byte[] content = new byte[length];
    for (int i = 0; i < length; i++) {
      content[i] = canary[i % canary.length];
    }
    return content;
  }

  private static boolean registeredMemoryHolds(RdmaUnderTest rdma, byte[] canary) {
    return rdma.transports().stream()
        .flatMap(transport ->
            Stream.concat(
                transport.placementRegions().stream(), Stream.of(transport.messageRegion())))
        .anyMatch(region -> holds(region, canary));
  }

  private static boolean holds(MemoryRegion region, byte[] canary) {
    MemorySegment bytes = region.bytes();
    MemorySegment wanted = MemorySegment.ofArray(canary);
    for (long at = 0; at <= bytes.byteSize() - canary.length; at++) {
      if (bytes.get(ValueLayout.JAVA_BYTE, at) == canary[0]
          && bytes.asSlice(at, canary.length).mismatch(wanted) == -1) {
        return true;
      }
    }
    return false;
  }

  @ParameterizedTest
  @CsvSource({
    "CLEAR, AES_128_GCM, AES_GMAC",
    "SIGN, AES_128_GCM, AES_GMAC",
    "SIGN, AES_128_GCM, AES_CMAC",
    "SIGN, AES_128_GCM, HMAC_SHA256",
    "ENCRYPT, AES_128_GCM, AES_GMAC",
    "ENCRYPT, AES_256_GCM, AES_GMAC",
    "ENCRYPT, AES_128_CCM, AES_CMAC",
    "ENCRYPT, AES_256_CCM, AES_CMAC"
  })
  void shouldReadAndWriteAtEveryLevelAndKeepPlaintextOutOfRegisteredMemory(
      Level level, CipherId cipher, SigningAlgorithm signing) throws Exception {
    byte[] canary = new byte[64];
    new Random(level.ordinal() + 77).nextBytes(canary);
    RdmaUnderTest rdma = rdma();
    withFile(
        rule(1, level, cipher, signing, TransportPreference.RDMA_ONLY),
        rdma,
        (nodes, file) -> {
          for (int length : LENGTHS) {
            writeAndReadBack(file, canaries(canary, length));
          }
          LaneStatus lane = nodes.client().lanes().lanes().status().getFirst();
          assertThat(lane.transport()).isEqualTo("rdma");
          assertThat(lane.provider()).isEqualTo(rdma.provider());
          assertThat(lane.level()).isEqualTo(level);
          assertPlaced(rdma);
          // Clear and signed payloads are the control: the same look finds them.
          assertThat(registeredMemoryHolds(rdma, canary)).isEqualTo(level != Level.ENCRYPT);
        });
  }

  /** All but the two short ones, in both directions; 2.5 MB of it in several requests. */
  private static void assertPlaced(RdmaUnderTest rdma) {
    long placed = LENGTHS.stream().filter(length -> length > 4096).mapToLong(n -> n).sum();
    assertThat(rdma.count(RdmaCounter.BYTES_READ)).isEqualTo(placed);
    assertThat(rdma.count(RdmaCounter.BYTES_WRITTEN)).isEqualTo(placed);
  }

  @Test
  void shouldTakeTcpWhenRdmaIsPreferredAndOnlyOneNodeHasIt() throws Exception {
    withFile(
        Level.ENCRYPT,
        TransportPreference.RDMA_PREFERRED,
        new RdmaUnderTest(directory.resolve("rdma"), Set.of("node2")),
        (nodes, file) -> {
          writeAndReadBack(file, canaries(new byte[] {1, 2, 3}, 100_000));
          LaneStatus lane = nodes.client().lanes().lanes().status().getFirst();
          assertThat(lane.transport()).isEqualTo("tcp");
          assertThat(lane.level()).isEqualTo(Level.ENCRYPT);
          assertTold(nodes);
        });
  }

  private void assertTold(TwoLaneNodes nodes) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !nodes.client().lanes().lanes().interfaces("node1").isEmpty());
    assertThat(nodes.client().lanes().lanes().interfaces("node1"))
        .noneMatch(NetworkInterfaceInfo::isRdmaCapable);
  }

  @Test
  void shouldTakeTcpWhenThePolicySaysSo() throws Exception {
    withFile(
        Level.SIGN,
        TransportPreference.TCP_ONLY,
        rdma(),
        (nodes, file) -> {
          writeAndReadBack(file, canaries(new byte[] {1, 2, 3}, 100_000));
          assertThat(nodes.client().lanes().lanes().status().getFirst().transport())
              .isEqualTo("tcp");
        });
  }

  @Test
  void shouldMoveTheLaneWhenThePolicyNamesAnotherTransport() throws Exception {
    withFile(
        Level.ENCRYPT,
        TransportPreference.RDMA_ONLY,
        rdma(),
        (nodes, file) -> {
          writeAndReadBack(file, canaries(new byte[] {1, 2, 3}, 100_000));
          assertThat(nodes.client().lanes().lanes().status().getFirst().transport())
              .isEqualTo("rdma");
          nodes.publish(rule(2, Level.ENCRYPT, TransportPreference.TCP_ONLY));
          await()
              .atMost(Duration.ofSeconds(60))
              .untilAsserted(() -> {
                writeAndReadBack(file, canaries(new byte[] {4, 5, 6}, 100_000));
                assertThat(nodes.client().lanes().lanes().status().getFirst().transport())
                    .isEqualTo("tcp");
              });
        });
  }

  @Test
  void shouldFailClearlyWhenThePolicySaysRdmaOnlyAndThereIsNone() {
    assertThatThrownBy(() ->
            withFile(
                Level.ENCRYPT,
                TransportPreference.RDMA_ONLY,
                _ -> Optional.empty(),
                (nodes, file) -> file.flush()))
        .isInstanceOf(ShareException.class)
        .hasMessageContaining("rdma-only");
  }
}
