package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.client.ClientSession;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;

/** Keys that have served are erased: a dump of the live heap does not hold them. */
class LaneKeysTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Hides a key from the scan where this test itself remembers it. */
  private static final byte MASK = 0x5A;

  @TempDir Path root;
  private MovableLane lane;

  @BeforeEach
  void start() throws Exception {
    lane = new MovableLane(root);
  }

  @AfterEach
  void stop() throws Exception {
    lane.close();
  }

  @Test
  void shouldHoldNoKeyOfASessionThatMoved() throws Exception {
    try (ShareOpen file =
        lane.share.create(
            new CreateParameters(
                SharePath.ofWire("file"),
                AccessMask.GENERIC_ALL,
                0,
                CreateParameters.SHARE_ALL,
                CreateDisposition.CREATE,
                0),
            new Caller("node2", "node2"))) {
      use(file);
      List<byte[]> before = maskedKeys();
      CompletionStage<?> gone = ((ClientSession) session()).connection().closed();
      assertThat(lane.nodes.server().lanes().server().status().connections()).hasSize(1);

      lane.provoke(4);
      use(file);
      await().atMost(LIMIT).until(() -> lane.moves().count() == 1);
      gone.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      await()
          .atMost(LIMIT)
          .until(() -> lane.nodes.server().lanes().server().status().connections().size() == 1);
      List<byte[]> after = maskedKeys();

      Path dump = root.resolveSibling(root.getFileName() + ".hprof");
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpHeap(dump.toString(), true);
      try {
        assertThat(count(dump, after)).as("keys in use, which the scan must find").isEqualTo(3);
        assertThat(count(dump, before)).as("keys that have served").isZero();
      } finally {
        Files.delete(dump);
      }
    }
  }

  private static void use(ShareOpen file) throws Exception {
    for (int i = 0; i < 50; i++) {
      file.write(0, MemorySegment.ofArray(new byte[1_000]), false);
    }
  }

  /** The two cipher keys and the signing key of the lane's present session. */
  private List<byte[]> maskedKeys() throws ReflectiveOperationException {
    Object keys = call(session(), "keys");
    Object ciphers = ((Optional<?>) field(keys, "ciphers")).orElseThrow();
    List<byte[]> masked = new ArrayList<>();
    for (Object holder :
        List.of(call(ciphers, "sealing"), call(ciphers, "opening"), field(keys, "signer"))) {
      SessionSecret secret = (SessionSecret) field(field(holder, "pool"), "secret");
      masked.add(secret.use(LaneKeysTest::masked));
    }
    return masked;
  }

  private Object session() throws ReflectiveOperationException {
    Object lanes = lane.nodes.client().lanes().lanes();
    Object only = ((List<?>) call(lanes, "lanes")).getFirst();
    Object session = ((Optional<?>) call(only, "session")).orElseThrow();
    return call(call(session, "tree"), "session");
  }

  private static byte[] masked(byte[] key) {
    byte[] changed = new byte[key.length];
    for (int i = 0; i < key.length; i++) {
      changed[i] = (byte) (key[i] ^ MASK);
    }
    return changed;
  }

  private static Object call(Object on, String name) throws ReflectiveOperationException {
    Method method = on.getClass().getDeclaredMethod(name);
    method.setAccessible(true);
    return method.invoke(on);
  }

  private static Object field(Object of, String name) throws ReflectiveOperationException {
    Field field = of.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }

  /** How many of the keys are somewhere in the file. */
  private static int count(Path dump, List<byte[]> maskedKeys) throws IOException {
    int found = 0;
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(dump)) {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      for (byte[] key : maskedKeys) {
        found += holds(bytes, masked(key)) ? 1 : 0;
      }
    }
    return found;
  }

  private static boolean holds(MemorySegment bytes, byte[] key) {
    MemorySegment wanted = MemorySegment.ofArray(key);
    byte first = key[0];
    for (long at = 0; at <= bytes.byteSize() - key.length; at++) {
      if (bytes.get(ValueLayout.JAVA_BYTE, at) == first
          && MemorySegment.mismatch(bytes, at, at + key.length, wanted, 0, key.length) < 0) {
        return true;
      }
    }
    return false;
  }
}
