package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.sealane.smb.client.LoopbackLane.file;
import static org.sealane.smb.client.LoopbackLane.get;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.transport.MemoryFabric;
import org.sealane.smb.transport.MemoryTransport;

/** A real client and a real server whose payloads are placed, in one process. */
class PlacedLaneTest {
  /** More than eight chunks of a transfer, and an end that is not aligned to anything. */
  private static final int LENGTH = 3_000_001;

  /** What is looked for wherever a peer could have looked. */
  private static final String MARK = "these bytes are nobody's business but the volume's own";

  private static final Duration CAP = Duration.ofSeconds(60);

  @TempDir Path directory;
  private final MemoryFabric fabric = new MemoryFabric();
  private MemoryTransport memory;

  private LoopbackLane lane(boolean remoteInvalidation) throws Exception {
    return new LoopbackLane(
        directory,
        pool -> {
          memory = new MemoryTransport(pool, fabric, remoteInvalidation);
          return memory;
        });
  }

  private static byte[] marked() {
    byte[] bytes = new byte[LENGTH];
    new Random(3).nextBytes(bytes);
    byte[] mark = MARK.getBytes(StandardCharsets.US_ASCII);
    for (int at = 0; at + mark.length < LENGTH; at += 50_000) {
      System.arraycopy(mark, 0, bytes, at, mark.length);
    }
    return bytes;
  }

  private static boolean holdsMark(List<byte[]> all) {
    return all.stream()
        .anyMatch(bytes -> new String(bytes, StandardCharsets.ISO_8859_1).contains(MARK));
  }

  private void assertNothingLeaks() {
    await().atMost(CAP).until(() -> memory.leasesOut() == 0);
    assertThat(fabric.exposedNow()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "CLEAR, AES_128_GCM, AES_GMAC, true",
    "CLEAR, AES_128_GCM, AES_GMAC, false",
    "SIGN, AES_128_GCM, AES_GMAC, true",
    "SIGN, AES_128_GCM, AES_CMAC, false",
    "SIGN, AES_128_GCM, HMAC_SHA256, true",
    "ENCRYPT, AES_128_GCM, AES_GMAC, true",
    "ENCRYPT, AES_256_GCM, AES_GMAC, false",
    "ENCRYPT, AES_128_CCM, AES_CMAC, true",
    "ENCRYPT, AES_256_CCM, AES_CMAC, false"
  })
  void shouldWriteAndReadBackAndShowPeersNoPlaintextThatIsEncrypted(
      Level level, CipherId cipher, SigningAlgorithm signing, boolean remoteInvalidation)
      throws Exception {
    byte[] data = marked();
    byte[] back = new byte[LENGTH];
    try (LoopbackLane lane = lane(remoteInvalidation)) {
      ClientConnection connection = lane.connect(cipher, signing);
      assertThat(connection.negotiated().rdmaTransforms())
          .containsExactlyInAnyOrder(RdmaTransformId.values());
      ClientTree tree =
          get(
              lane.authenticate(connection)
                  .treeConnect("\\\\two\\" + level, TrafficGate.minimum(level)));
      ClientOpen open = get(tree.create(file("a.bin", CreateDisposition.CREATE)));

      get(open.write(0, MemorySegment.ofArray(data), false));
      int count = get(open.read(0, MemorySegment.ofArray(back)));

      assertThat(count).isEqualTo(LENGTH);
      assertThat(back).isEqualTo(data);
      assertThat(Files.readAllBytes(directory.resolve("a.bin"))).isEqualTo(data);
      assertThat(fabric.transfers().stream().mapToLong(transfer -> transfer.bytes().length).sum())
          .isEqualTo(2L * LENGTH);
      // The control: where nothing is encrypted, the look finds it.
      assertThat(holdsMark(fabric.seenByPeers())).isEqualTo(level != Level.ENCRYPT);
      assertThat(holdsMark(memory.frames())).isFalse();
      assertNothingLeaks();
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveEverythingBackWhenConnectionBreaksInTheMiddle(Level level) throws Exception {
    try (LoopbackLane lane = lane(true)) {
      ClientTree tree = lane.tree(level, TrafficGate.minimum(level));
      ClientOpen open = get(tree.create(file("b.bin", CreateDisposition.CREATE)));
      byte[] data = marked();
      List<CompletableFuture<?>> operations = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        operations.add(open.write((long) i * LENGTH, MemorySegment.ofArray(data), false));
        operations.add(open.read(0, MemorySegment.ofArray(new byte[LENGTH])));
      }
      await().atMost(CAP).until(() -> !fabric.transfers().isEmpty());

      memory.breakAll();

      for (CompletableFuture<?> operation : operations) {
        await().atMost(CAP).until(operation::isDone);
      }
      assertNothingLeaks();
    }
  }

  @Test
  void shouldCancelInTheMiddleAndLeaveNothing() throws Exception {
    try (LoopbackLane lane = lane(true)) {
      ClientTree tree = lane.tree(Level.ENCRYPT, TrafficGate.minimum(Level.ENCRYPT));
      ClientOpen open = get(tree.create(file("c.bin", CreateDisposition.CREATE)));
      CompletableFuture<Void> written = open.write(0, MemorySegment.ofArray(marked()), false);

      written.cancel(true);

      await().atMost(CAP).until(written::isDone);
      assertNothingLeaks();
    }
  }
}
