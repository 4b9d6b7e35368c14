package org.sealane.smb.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.Parameter;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.transport.Transport;
import org.sealane.smb.transport.TransportConnection;

/** A transport under test, its peers, and the check that nothing of them is left. */
abstract class TcpTransportFixture {
  static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @Parameter TcpSettings.Provider provider;

  final FramePool pool = new FramePool(32 << 20, 16 << 20);
  final AtomicInteger unreleased = new AtomicInteger();
  Optional<TcpTransport> transport = Optional.empty();

  @BeforeAll
  static void detectEveryLeak() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  @AfterEach
  void nothingIsLeft() {
    transport.ifPresent(TcpTransport::close);
    assertThat(pool.outstandingBytes()).isZero();
    assertThat(unreleased).hasValue(0);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.isAlive() && thread.getName().startsWith("sealane-tcp"));
  }

  /** Keeps what happened on one connection; echoes if asked to. */
  final class Peer implements FrameHandler {
    final TransportConnection connection;
    final boolean echoes;
    final Queue<byte[]> frames = new ConcurrentLinkedQueue<>();
    final Queue<Optional<Throwable>> closes = new ConcurrentLinkedQueue<>();
    final Queue<Boolean> writable = new ConcurrentLinkedQueue<>();

    Peer(TransportConnection connection, boolean echoes) {
      this.connection = connection;
      this.echoes = echoes;
      connection.frameLimit(FramePool.FRAME_BYTES_MAX);
    }

    @Override
    public void onFrame(InboundFrame frame) {
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
      send(List.of(MemorySegment.ofArray(content)), new AtomicReference<>());
    }

    void send(List<MemorySegment> segments, AtomicReference<Boolean> outcome) {
      unreleased.incrementAndGet();
      connection.send(
          new OutboundFrame(
              segments,
              sent -> {
                assertThat(outcome.getAndSet(sent)).isNull();
                unreleased.decrementAndGet();
              }));
    }

    void awaitClosed() {
      await().until(() -> closes.size() == 1);
    }

    String closeReason() {
      awaitClosed();
      return closes.element().map(Throwable::getMessage).orElse("the peer closed");
    }
  }

  TcpSettings settings() {
    TcpSettings d = TcpSettings.defaults();
    return new TcpSettings(
        provider,
        2,
        Duration.ofSeconds(5),
        3,
        4 << 20,
        1 << 20,
        64 << 20,
        Duration.ofSeconds(30),
        d.flushTimeout());
  }

  TcpTransport open() {
    return open(settings());
  }

  TcpTransport open(TcpSettings settings) {
    transport = Optional.of(new TcpTransport(settings, pool));
    return transport.get();
  }

  long count(TcpCounter counter) {
    return transport.orElseThrow().counters().get(counter);
  }

  Peer connect(InetSocketAddress address) throws Exception {
    AtomicReference<Peer> peer = new AtomicReference<>();
    transport
        .orElseThrow()
        .connect(
            address,
            connection -> {
              peer.set(new Peer(connection, false));
              return peer.get();
            })
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    return peer.get();
  }

  /** A listener whose handlers are collected. */
  final class Server implements AutoCloseable {
    final Queue<Peer> peers = new ConcurrentLinkedQueue<>();
    final Transport.Listener listener;

    Server(boolean echoes) throws IOException {
      listener =
          transport
              .orElseThrow()
              .listen(
                  ANY,
                  connection -> {
                    Peer peer = new Peer(connection, echoes);
                    peers.add(peer);
                    return peer;
                  });
    }

    Peer awaitPeer() {
      await().until(() -> !peers.isEmpty());
      return peers.element();
    }

    Socket rawSocket() throws IOException {
      return new Socket(listener.address().getAddress(), listener.address().getPort());
    }

    @Override
    public void close() {
      listener.close();
    }
  }

  static byte[] content(int length) {
    byte[] content = new byte[length];
    for (int i = 0; i < length; i++) {
      content[i] = (byte) (i * 31 + length + (i >> 8));
    }
    return content;
  }
}
