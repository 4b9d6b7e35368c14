package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.sealane.smb.client.LoopbackLane.file;
import static org.sealane.smb.client.LoopbackLane.get;
import static org.sealane.smb.client.OpenTest.content;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.NtStatus;

/** The client against the server, over loopback TCP, at three levels. */
class ClientServerIT {
  @TempDir Path directory;
  private LoopbackLane lane;

  @BeforeEach
  void start() throws Exception {
    lane = new LoopbackLane(directory);
  }

  @AfterEach
  void stop() {
    lane.close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldWriteAndReadBackAtEveryLevel(Level level) throws Exception {
    ClientTree tree = lane.tree(level, TrafficGate.minimum(level));
    assertThat(tree.session().peer()).isInstanceOf(Principal.Node.class);
    assertThat(tree.session().peer().name()).isEqualTo("two");
    ClientOpen open = get(tree.create(file("a.bin", CreateDisposition.CREATE)));
    assertThat(open.created().action()).isEqualTo(CreateAction.CREATED);
    byte[] written = content(11_000_001);
    get(open.write(5, MemorySegment.ofArray(written), false));
    get(open.flush());
    byte[] read = new byte[written.length + 100];
    int count = get(open.read(5, MemorySegment.ofArray(read)));
    assertThat(count).isEqualTo(written.length);
    assertThat(Arrays.equals(read, 0, count, written, 0, count)).isTrue();
    assertThat(get(open.information()).endOfFile()).isEqualTo(written.length + 5L);
    assertEndOfFile(open, written.length + 5L);
    get(open.close());
    PayloadBytes expected =
        switch (level) {
          case CLEAR -> new PayloadBytes(0, 0, written.length);
          case SIGN -> new PayloadBytes(0, written.length, 0);
          case ENCRYPT -> new PayloadBytes(written.length, 0, 0);
        };
    assertThat(tree.received()).isEqualTo(expected);
    await().untilAsserted(() -> assertThat(tree.sent()).isEqualTo(expected));
    get(tree.disconnect());
    get(tree.session().echo());
    get(tree.session().logoff());
    assertThat(lane.clientEvents).isEmpty();
  }

  private static void assertEndOfFile(ClientOpen open, long offset) {
    assertThatThrownBy(() -> get(open.read(offset, MemorySegment.ofArray(new byte[1]))))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            ClientException.class,
            failure -> assertThat(failure.status()).isEqualTo(NtStatus.END_OF_FILE));
  }

  @ParameterizedTest
  @EnumSource
  void shouldWorkWithEveryCipher(CipherId cipher) throws Exception {
    readsBack(cipher, SigningAlgorithm.AES_GMAC, Level.ENCRYPT);
  }

  @ParameterizedTest
  @EnumSource
  void shouldWorkWithEverySigningAlgorithm(SigningAlgorithm signing) throws Exception {
    readsBack(CipherId.AES_128_GCM, signing, Level.SIGN);
  }

  private void readsBack(CipherId cipher, SigningAlgorithm signing, Level level) throws Exception {
    ClientConnection connection = lane.connect(cipher, signing);
    assertThat(connection.negotiated().cipher()).contains(cipher);
    assertThat(connection.negotiated().signing()).isEqualTo(signing);
    ClientTree tree =
        get(
            lane.authenticate(connection)
                .treeConnect("\\\\two\\" + level, TrafficGate.minimum(level)));
    ClientOpen open = get(tree.create(file("b.bin", CreateDisposition.OVERWRITE_IF)));
    try (Arena arena = Arena.ofShared()) {
      MemorySegment from = arena.allocate(200_000);
      from.copyFrom(MemorySegment.ofArray(content(200_000)));
      get(open.write(0, from, true));
      MemorySegment into = arena.allocate(200_000);
      assertThat(get(open.read(0, into))).isEqualTo(200_000);
      assertThat(into.mismatch(from)).isEqualTo(-1);
    }
    get(open.close());
  }

  @Test
  void shouldSupportTheLifeOfFilesAndDirectories() throws Exception {
    ClientTree tree = lane.tree(Level.ENCRYPT, TrafficGate.minimum(Level.ENCRYPT));
    get(get(tree.create(directory("folder"))).close());
    for (int i = 0; i < 450; i++) {
      get(get(tree.create(inFolder("file-with-a-rather-long-name-" + i))).close());
    }
    ClientOpen folder = get(tree.create(file("folder", CreateDisposition.OPEN)));
    List<String> names = new ArrayList<>();
    List<FileInformation> entries = get(folder.queryDirectory("*", true));
    while (!entries.isEmpty()) {
      entries.forEach(entry -> names.add(entry.name()));
      entries = get(folder.queryDirectory("*", false));
    }
    assertThat(names).hasSize(452).contains("file-with-a-rather-long-name-449");
    get(folder.close());

    ClientOpen open = get(tree.create(inFolder("file-with-a-rather-long-name-7")));
    get(open.write(0, MemorySegment.ofArray(content(300_000)), false));
    get(open.setInfo(new FileChange.EndOfFile(200_000)));
    get(open.setInfo(new FileChange.Sparse(true)));
    get(open.zero(0, 131_072));
    byte[] head = new byte[131_072];
    get(open.read(0, MemorySegment.ofArray(head)));
    assertThat(head).containsOnly(0);
    assertThat(get(open.allocatedRanges(0, 200_000)))
        .allSatisfy(range -> assertThat(range.offset()).isGreaterThanOrEqualTo(0));
    get(open.setInfo(new FileChange.Rename(new SharePath(List.of("folder", "renamed")), false)));
    assertThat(get(open.information()).name()).isEqualTo("renamed");
    assertThat(get(open.volumeInformation()).totalBytes()).isPositive();
    get(open.setInfo(new FileChange.Disposition(true)));
    get(open.close());
    assertThat(directory.resolve("folder").resolve("renamed")).doesNotExist();
  }

  private static CreateParameters directory(String name) {
    CreateParameters like = file(name, CreateDisposition.CREATE);
    return new CreateParameters(
        like.path(),
        like.desiredAccess(),
        0,
        like.shareAccess(),
        like.disposition(),
        CreateOptions.DIRECTORY_FILE);
  }

  private static CreateParameters inFolder(String name) {
    CreateParameters like = file(name, CreateDisposition.OPEN_IF);
    return new CreateParameters(
        new SharePath(List.of("folder", name)),
        like.desiredAccess(),
        0,
        like.shareAccess(),
        like.disposition(),
        0);
  }

  @ParameterizedTest
  @EnumSource(names = {"CLEAR", "SIGN"})
  void shouldBeRefusedWhenTheServerAsksForMore(Level level) throws Exception {
    ClientTree tree = lane.tree(Level.ENCRYPT, TrafficGate.minimum(level));
    assertThatThrownBy(() -> get(tree.create(file("c", CreateDisposition.CREATE))))
        .cause()
        .isInstanceOfSatisfying(
            ClientException.ServerStatus.class,
            failure -> assertThat(failure.status()).isEqualTo(NtStatus.ACCESS_DENIED));
  }

  @Test
  void shouldChangeLevelUnderLoadWithoutAFailure() throws Exception {
    CountingLevels gate = new CountingLevels();
    ClientTree tree = lane.tree(Level.CLEAR, gate);
    ClientOpen open = get(tree.create(file("d.bin", CreateDisposition.CREATE)));
    byte[] written = content(100_000);
    get(open.write(0, MemorySegment.ofArray(written), false));
    Level[] turns = {Level.ENCRYPT, Level.SIGN, Level.CLEAR, Level.ENCRYPT};
    for (Level turn : turns) {
      List<CompletableFuture<Integer>> reads = new ArrayList<>();
      byte[][] into = new byte[40][written.length];
      for (int i = 0; i < into.length; i++) {
        if (i == into.length / 2) {
          gate.level = turn;
        }
        reads.add(open.read(0, MemorySegment.ofArray(into[i])));
      }
      for (int i = 0; i < into.length; i++) {
        assertThat(get(reads.get(i))).isEqualTo(written.length);
        assertThat(Arrays.equals(into[i], written)).isTrue();
      }
    }
    await().until(() -> gate.open.get() == 0);
    PayloadBytes received = tree.received();
    assertThat(received.clear()).isPositive();
    assertThat(received.signed()).isPositive();
    assertThat(received.sealed()).isPositive();
    assertThat(lane.clientEvents).isEmpty();
  }

  /** Levels that the test turns while requests are under way. */
  private static final class CountingLevels implements TrafficGate {
    final java.util.concurrent.atomic.AtomicInteger open =
        new java.util.concurrent.atomic.AtomicInteger();
    volatile Level level = Level.CLEAR;

    @Override
    public Pass enter() {
      open.incrementAndGet();
      Level entered = level;
      java.util.concurrent.atomic.AtomicBoolean closed =
          new java.util.concurrent.atomic.AtomicBoolean();
      return new Pass() {
        @Override
        public Level level() {
          return entered;
        }

        @Override
        public void close() {
          if (closed.compareAndSet(false, true)) {
            open.decrementAndGet();
          }
        }
      };
    }

    @Override
    public Level sendLevel() {
      return level;
    }

    @Override
    public boolean accepts(Level responseLevel) {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4_096, 65_536, 1_048_576, 8_388_608})
  void shouldPipelineWritesAndReadsOfManyThreads(int payloadBytes) throws Exception {
    ClientTree tree = lane.tree(Level.ENCRYPT, TrafficGate.minimum(Level.ENCRYPT));
    ClientOpen open = get(tree.create(file("e.bin", CreateDisposition.CREATE)));
    int threads = 4;
    int each = Math.min(64, (32 << 20) / payloadBytes / threads + 1);
    List<Thread> workers = new ArrayList<>();
    List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int t = 0; t < threads; t++) {
      int worker = t;
      workers.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  writeAndReadBack(open, worker, each, payloadBytes);
                } catch (Throwable e) {
                  failures.add(e);
                }
              }));
    }
    for (Thread worker : workers) {
      worker.join();
    }
    assertThat(failures).isEmpty();
    get(open.close());
  }

  private static void writeAndReadBack(ClientOpen open, int worker, int count, int payloadBytes)
      throws Exception {
    long base = (long) worker * count * payloadBytes;
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] from = content(payloadBytes);
      from[0] = (byte) (worker * 50 + i);
      writes.add(open.write(base + (long) i * payloadBytes, MemorySegment.ofArray(from), false));
    }
    for (CompletableFuture<Void> write : writes) {
      get(write);
    }
    byte[] into = new byte[payloadBytes];
    for (int i = 0; i < count; i++) {
      assertThat(get(open.read(base + (long) i * payloadBytes, MemorySegment.ofArray(into))))
          .isEqualTo(payloadBytes);
      assertThat(into[0]).isEqualTo((byte) (worker * 50 + i));
    }
  }

  @Test
  void shouldFailEverythingUnderWayWhenTheServerGoesAway() throws Exception {
    ClientTree tree = lane.tree(Level.ENCRYPT, TrafficGate.minimum(Level.ENCRYPT));
    ClientOpen open = get(tree.create(file("f.bin", CreateDisposition.CREATE)));
    get(open.write(0, MemorySegment.ofArray(content(65_536)), false));
    List<CompletableFuture<Integer>> reads = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      reads.add(open.read(0, MemorySegment.ofArray(new byte[65_536])));
    }
    tree.session().connection().transport().reset("test cuts the cable");
    for (CompletableFuture<Integer> read : reads) {
      await().until(read::isDone);
    }
    assertThat(get(tree.session().connection().closed()))
        .isInstanceOf(ClientException.ConnectionLost.class);
    assertThatThrownBy(() -> get(open.flush()))
        .cause()
        .isInstanceOf(ClientException.ConnectionLost.class);
  }

  @Test
  void shouldReadWhatIsInTheFileOfTheServer() throws Exception {
    java.nio.file.Files.write(directory.resolve("plain"), content(1_000));
    ClientTree tree = lane.tree(Level.SIGN, TrafficGate.minimum(Level.SIGN));
    ClientOpen open = get(tree.create(file("plain", CreateDisposition.OPEN)));
    byte[] into = new byte[1_000];
    get(open.read(0, MemorySegment.ofArray(into)));
    assertThat(MemorySegment.ofArray(into).toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo(content(1_000));
  }
}
