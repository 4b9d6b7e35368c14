package org.sealane.smb.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.transport.Transport;

/** What a peer may do to a connection: slowness, silence, nonsense, disappearance. */
@ParameterizedClass
@EnumSource(names = {"EPOLL", "NIO"})
class TcpPeerBehaviourTest extends TcpTransportFixture {
  @Test
  void shouldDeliverFramesWhenBytesComeOneAtATime() throws Exception {
    open();
    try (Server server = new Server(false);
        Socket raw = server.rawSocket()) {
      raw.setTcpNoDelay(true);
      for (byte b : new byte[] {0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd'}) {
        raw.getOutputStream().write(b);
      }
      await().until(() -> server.awaitPeer().frames.size() == 2);
      assertThat(server.awaitPeer().frames)
          .containsExactly(new byte[] {'a', 'b', 'c'}, new byte[] {'d'});
    }
  }

  @Test
  void shouldCloseAndCountWhenTheFramingIsBroken() throws Exception {
    open();
    try (Server server = new Server(false);
        Socket raw = server.rawSocket()) {
      raw.getOutputStream().write(new byte[] {(byte) 0xFF, 'S', 'M', 'B'});
      assertThat(server.awaitPeer().closeReason()).contains("broke the framing");
      assertThat(count(TcpCounter.FRAMING_VIOLATIONS)).isEqualTo(1);
      assertThat(raw.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void shouldAcceptOnlyShortFramesUntilTheLimitIsRaised() throws Exception {
    open();
    AtomicReference<String> reason = new AtomicReference<>();
    FrameHandler strict =
        new FrameHandler() {
          @Override
          public void onFrame(InboundFrame frame) {
            frame.close();
          }

          @Override
          public void onClosed(Optional<Throwable> cause) {
            reason.set(cause.map(Throwable::getMessage).orElse(""));
          }

          @Override
          public void onWritable(boolean writable) {}
        };
    try (Transport.Listener listener = transport.get().listen(ANY, connection -> strict)) {
      Peer client = connect(listener.address());
      client.send(content(FramePool.UNAUTHENTICATED_FRAME_BYTES_MAX));
      client.send(content(FramePool.UNAUTHENTICATED_FRAME_BYTES_MAX + 1));
      await().until(() -> reason.get() != null);
      assertThat(reason.get()).contains("" + (FramePool.UNAUTHENTICATED_FRAME_BYTES_MAX + 1));
      assertThat(count(TcpCounter.FRAMES_RECEIVED)).isEqualTo(1);
    }
  }

  @Test
  void shouldSayThatThePeerClosedBetweenFramesOrWithin() throws Exception {
    open();
    try (Server server = new Server(false)) {
      Socket between = server.rawSocket();
      between.getOutputStream().write(new byte[] {0, 0, 0, 1, 9});
      between.shutdownOutput();
      assertThat(server.awaitPeer().closeReason()).isEqualTo("the peer closed");
      assertThat(server.peers.remove().frames).hasSize(1);
      between.close();

      Socket within = server.rawSocket();
      within.getOutputStream().write(new byte[] {0, 0, 0, 9, 9});
      within.close();
      assertThat(server.awaitPeer().closeReason()).contains("within a frame");
      assertThat(count(TcpCounter.FRAMES_TRUNCATED)).isEqualTo(1);
    }
  }

  @Test
  void shouldReleaseEverythingWhenThePeerResets() throws Exception {
    open();
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Peer client = connect((InetSocketAddress) listener.getLocalSocketAddress());
      Socket raw = listener.accept();
      AtomicReference<Boolean> outcome = new AtomicReference<>();
      for (int i = 0; i < 4; i++) {
        client.send(content(8 << 20));
      }
      client.send(List.of(MemorySegment.ofArray(content(10))), outcome);
      raw.setSoLinger(true, 0);
      raw.close();
      client.awaitClosed();
      assertThat(client.closes.element()).isPresent();
      await().until(() -> unreleased.get() == 0);
      assertThat(outcome).hasValue(false);
      client.send(content(10));
      await().until(() -> unreleased.get() == 0);
    }
  }

  @Test
  void shouldReportBackPressureWhenThePeerReadsSlowly() throws Exception {
    open();
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Peer client = connect((InetSocketAddress) listener.getLocalSocketAddress());
      try (Socket raw = listener.accept()) {
        int sent = 0;
        while (client.writable.isEmpty()) {
          client.send(content(1 << 20));
          sent++;
          assertThat(sent).isLessThan(60);
        }
        assertThat(client.writable).containsExactly(false);
        InputStream in = raw.getInputStream();
        in.skipNBytes((long) sent * ((1 << 20) + 4));
        await().until(() -> client.writable.size() == 2);
        assertThat(client.writable).containsExactly(false, true);
        await().until(() -> unreleased.get() == 0);
      }
    }
  }

  @Test
  void shouldResetWhenMoreIsQueuedThanAnythingMayBe() throws Exception {
    open();
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Peer client = connect((InetSocketAddress) listener.getLocalSocketAddress());
      try (Socket raw = listener.accept()) {
        byte[] shared = content(8 << 20);
        for (int i = 0; i < 12; i++) {
          client.send(shared);
        }
        assertThat(client.closeReason()).contains("wait for the peer");
        assertThat(raw.isConnected()).isTrue();
        assertThat(count(TcpCounter.SEND_QUEUE_OVERFLOWS)).isPositive();
      }
    }
  }

  @Test
  void shouldDeliverNothingWhileReadingIsOff() throws Exception {
    open();
    try (Server server = new Server(false);
        Socket raw = server.rawSocket()) {
      Peer peer = server.awaitPeer();
      peer.connection.reading(false);
      AtomicInteger off = new AtomicInteger();
      peer.connection.owner().execute(off::incrementAndGet);
      await().until(() -> off.get() == 1);
      raw.getOutputStream().write(new byte[] {0, 0, 0, 1, 1, 0, 0, 0, 1, 2});
      AtomicInteger barrier = new AtomicInteger();
      peer.connection.owner().execute(barrier::incrementAndGet);
      await().until(() -> barrier.get() == 1);
      assertThat(peer.frames).isEmpty();
      peer.connection.reading(true);
      await().until(() -> peer.frames.size() == 2);
    }
  }

  @Test
  void shouldStopReadingWhenFrameMemoryIsLentOutAndGoOnAfter() throws Exception {
    open();
    try (Server server = new Server(false);
        Socket raw = server.rawSocket()) {
      FramePool.Buffer other = pool.borrow(FramePool.FRAME_BYTES_MAX);
      FramePool.Buffer more = pool.borrow(FramePool.FRAME_BYTES_MAX);
      FramePool.Buffer most = pool.borrow(FramePool.FRAME_BYTES_MAX);
      FramePool.Buffer rest = pool.borrow(FramePool.FRAME_BYTES_MAX);
      raw.getOutputStream().write(new byte[] {0, 0, 0, 1, 7});
      await().until(() -> count(TcpCounter.MEMORY_WAITS) == 1);
      assertThat(server.awaitPeer().frames).isEmpty();
      other.close();
      await().until(() -> server.awaitPeer().frames.size() == 1);
      List.of(more, most, rest).forEach(FramePool.Buffer::close);
    }
  }

  @Test
  void shouldSendWhatIsQueuedWhenClosedAfterFlush() throws Exception {
    open();
    try (Server server = new Server(false)) {
      Peer client = connect(server.listener.address());
      for (int i = 0; i < 5; i++) {
        client.send(content(2 << 20));
      }
      client.connection.closeAfterFlush("test is over");
      Peer peer = server.awaitPeer();
      assertThat(peer.closeReason()).isEqualTo("the peer closed");
      assertThat(peer.frames).hasSize(5);
      assertThat(client.closeReason()).contains("test is over");
    }
  }

  @Test
  void shouldEndFlushWhenThePeerNeverReads() throws Exception {
    TcpSettings s = settings();
    open(
        new TcpSettings(
            provider,
            1,
            s.connectTimeout(),
            1,
            4 << 20,
            1 << 20,
            64 << 20,
            s.frameStallTimeout(),
            Duration.ofMillis(50)));
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Peer client = connect((InetSocketAddress) listener.getLocalSocketAddress());
      try (Socket raw = listener.accept()) {
        for (int i = 0; i < 6; i++) {
          client.send(content(8 << 20));
        }
        client.connection.closeAfterFlush("test is over");
        client.awaitClosed();
        assertThat(raw.isConnected()).isTrue();
        await().until(() -> unreleased.get() == 0);
      }
    }
  }

  @Test
  void shouldCloseWhenAFrameThatBeganDoesNotGoOn() throws Exception {
    TcpSettings s = settings();
    open(
        new TcpSettings(
            provider,
            1,
            s.connectTimeout(),
            1,
            4 << 20,
            1 << 20,
            64 << 20,
            Duration.ofMillis(40),
            s.flushTimeout()));
    try (Server server = new Server(false);
        Socket raw = server.rawSocket()) {
      raw.getOutputStream().write(new byte[] {0, 0, 1, 0, 1});
      assertThat(server.awaitPeer().closeReason()).contains("did not go on");
      assertThat(count(TcpCounter.FRAMES_STALLED)).isEqualTo(1);
    }
  }

  @Test
  void shouldRefuseConnectionsAboveTheLimit() throws Exception {
    open();
    try (Server server = new Server(false);
        Socket first = server.rawSocket();
        Socket second = server.rawSocket();
        Socket third = server.rawSocket()) {
      await().until(() -> server.peers.size() == 3);
      try (Socket fourth = server.rawSocket()) {
        assertThat(fourth.getInputStream().read()).isEqualTo(-1);
        assertThat(count(TcpCounter.CONNECTIONS_REFUSED)).isEqualTo(1);
      }
      first.shutdownOutput();
      await().until(() -> count(TcpCounter.CONNECTIONS_CLOSED) == 1);
      try (Socket again = server.rawSocket()) {
        await().until(() -> server.peers.size() == 4);
        assertThat(List.of(second, third, again)).allMatch(Socket::isConnected);
      }
    }
  }
}
