package org.sealane.rdma.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.rdma.verbs.ProviderUnderTest;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.transport.Transport;
import org.sealane.smb.transport.TransportConnection;

/**
 * Two transports on the provider under test, and the check that nothing of them is left. The first
 * that a test opens connects and later ones listen, as devices differ.
 */
abstract class RdmaFixture {
  static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path directory;

  final FramePool pool = new FramePool(64 << 20, 16 << 20);
  final AtomicInteger unreleased = new AtomicInteger();
  private final List<RdmaTransport> transports = new ArrayList<>();
  private boolean connecting;

  @AfterEach
  void nothingIsLeft() throws Exception {
    for (RdmaTransport transport : transports) {
      await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(unreleased).as("frames not released").hasValue(0));
      transport.close();
    }
    assertThat(pool.outstandingBytes()).isZero();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.isAlive() && thread.getName().startsWith("sealane-rdma"));
    Path shared = directory.resolve("rdma");
    if (Files.exists(shared)) {
      try (Stream<Path> files = Files.list(shared)) {
        assertThat(files.map(file -> file.getFileName().toString())).containsExactly("lock");
      }
    }
  }

  RdmaSettings settings() {
    return new RdmaSettings(
        1,
        8,
        16,
        8192,
        4,
        2,
        Duration.ofSeconds(20),
        4 << 20,
        1 << 20,
        64 << 20,
        Duration.ofSeconds(20),
        Duration.ofSeconds(120),
        Duration.ofSeconds(5));
  }

  ProviderUnderTest under() {
    return ProviderUnderTest.selected(directory.resolve("rdma"));
  }

  /** Where to listen, on a free port. */
  InetSocketAddress any() {
    return under().server();
  }

  RdmaTransport open() throws Exception {
    return open(settings());
  }

  RdmaTransport open(RdmaSettings settings) throws Exception {
    boolean first = !connecting;
    connecting = true;
    return open(first ? under().openClient() : under().openServer(), settings);
  }

  /** One that listens, and may connect to itself. */
  RdmaTransport openServer() throws Exception {
    return open(under().openServer(), settings());
  }

  RdmaTransport open(Verbs verbs, RdmaSettings settings) throws Exception {
    RdmaTransport transport = new RdmaTransport(verbs, settings, pool);
    transports.add(transport);
    return transport;
  }

  static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  /** Keeps what happened on one connection; echoes if asked to. */
  final class Peer implements FrameHandler {
    final TransportConnection connection;
    final boolean echoes;
    final Queue<byte[]> frames = new ConcurrentLinkedQueue<>();
    final Queue<Integer> invalidated = new ConcurrentLinkedQueue<>();
    final Queue<Optional<Throwable>> closes = new ConcurrentLinkedQueue<>();
    final Queue<Boolean> writable = new ConcurrentLinkedQueue<>();

    Peer(TransportConnection connection, boolean echoes) {
      this.connection = connection;
      this.echoes = echoes;
      connection.frameLimit(FramePool.FRAME_BYTES_MAX);
    }

    @Override
    public void onFrame(InboundFrame frame) {
      frame.invalidatedToken().ifPresent(invalidated::add);
      if (echoes) {
        unreleased.incrementAndGet();
        connection.send(
            new OutboundFrame(
                List.of(frame.bytes()),
                sent -> {
                  unreleased.decrementAndGet();
                  frame.close();
                }));
        return;
      }
      frames.add(frame.bytes().toArray(ValueLayout.JAVA_BYTE));
      frame.close();
    }

    @Override
    public void onClosed(Optional<Throwable> cause) {
      closes.add(cause);
    }

    @Override
    public void onWritable(boolean on) {
      writable.add(on);
    }

    void send(byte[] content) {
      send(content, OptionalInt.empty());
    }

    void send(byte[] content, OptionalInt invalidates) {
      unreleased.incrementAndGet();
      int half = content.length / 2;
      MemorySegment all = MemorySegment.ofArray(content);
      connection.send(
          new OutboundFrame(
              List.of(all.asSlice(0, half), all.asSlice(half)),
              sent -> unreleased.decrementAndGet(),
              invalidates));
    }

    DirectPlacement placement() {
      return connection.placement().orElseThrow();
    }

    void awaitClosed() {
      await().atMost(LIMIT).until(() -> closes.size() == 1);
    }

    String closeReason() {
      awaitClosed();
      return closes.element().map(Throwable::getMessage).orElse("the peer closed");
    }

    byte[] nextFrame() {
      await().atMost(LIMIT).until(() -> !frames.isEmpty());
      return frames.remove();
    }
  }

  /** Both ends of a connection. */
  record Pair(Peer client, Peer server) {}

  Pair connect(Transport client, Transport server, boolean echoes) throws Exception {
    AtomicReference<Peer> accepted = new AtomicReference<>();
    AtomicReference<Peer> made = new AtomicReference<>();
    try (Transport.Listener listener =
        server.listen(
            any(),
            connection -> {
              accepted.set(new Peer(connection, echoes));
              return accepted.get();
            })) {
      get(
          client.connect(
              listener.address(),
              connection -> {
                made.set(new Peer(connection, false));
                return made.get();
              }));
      await().atMost(LIMIT).until(() -> accepted.get() != null);
    }
    return new Pair(made.get(), accepted.get());
  }

  Pair connect() throws Exception {
    return connect(open(), open(), false);
  }

  static byte[] content(int bytes, int seed) {
    byte[] content = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      content[i] = (byte) (i * 31 + seed + (i >> 8));
    }
    return content;
  }
}
