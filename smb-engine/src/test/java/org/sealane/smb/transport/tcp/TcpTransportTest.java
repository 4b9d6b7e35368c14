package org.sealane.smb.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(names = {"EPOLL", "NIO"})
class TcpTransportTest extends TcpTransportFixture {
  @Test
  void shouldSayWhatCarriesIt() {
    assertThat(open().provider()).isEqualToIgnoringCase(provider.name());
    assertThat(transport.get().name()).isEqualTo("tcp");
  }

  @Test
  void shouldEchoFramesOfEverySizeInOrder() throws Exception {
    open();
    try (Server server = new Server(true)) {
      Peer client = connect(server.listener.address());
      int[] sizes = {1, 100, 65_535, 65_536, 70_000, 262_140, 262_144, 1 << 20, 8 << 20, 3};
      for (int size : sizes) {
        client.send(content(size));
      }
      await().until(() -> client.frames.size() == sizes.length);
      int i = 0;
      for (byte[] frame : client.frames) {
        assertThat(Arrays.equals(frame, content(sizes[i++]))).isTrue();
      }
      client.connection.close("test is over");
      client.awaitClosed();
      assertThat(server.awaitPeer().closeReason()).isNotNull();
    }
  }

  @Test
  void shouldSendHeapAndNativeSegmentsAsOneFrame() throws Exception {
    open();
    try (Server server = new Server(false);
        Arena arena = Arena.ofShared()) {
      Peer client = connect(server.listener.address());
      byte[] whole = content(900_000);
      MemorySegment large = arena.allocate(400_000);
      MemorySegment.copy(whole, 100, large, ValueLayout.JAVA_BYTE, 0, 400_000);
      MemorySegment small = arena.allocate(10);
      MemorySegment.copy(whole, 400_100, small, ValueLayout.JAVA_BYTE, 0, 10);
      MemorySegment heap = MemorySegment.ofArray(whole);
      AtomicReference<Boolean> outcome = new AtomicReference<>();
      client.send(
          List.of(
              heap.asSlice(0, 100),
              large,
              small,
              heap.asSlice(0, 0),
              heap.asSlice(400_110).asReadOnly()),
          outcome);
      await().until(() -> server.awaitPeer().frames.size() == 1);
      assertThat(server.awaitPeer().frames.element()).isEqualTo(whole);
      await().untilAsserted(() -> assertThat(outcome).hasValue(true));
    }
  }

  @Test
  void shouldNameTheAddressWhenThePortIsInUse() throws Exception {
    open();
    try (Server server = new Server(false)) {
      assertThatThrownBy(
              () -> transport.get().listen(server.listener.address(), c -> new Peer(c, false)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("127.0.0.1:" + server.listener.address().getPort())
          .hasMessageContaining("Address already in use");
    }
  }

  @Test
  void shouldNameTheAddressWhenNobodyListens() throws Exception {
    open();
    InetSocketAddress nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = (InetSocketAddress) free.getLocalSocketAddress();
    }
    assertThatThrownBy(() -> connect(nobody))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.0.0.1:" + nobody.getPort())
        .hasMessageContaining("refused");
  }

  @Test
  void shouldFailToConnectWhenTheHandlerCanNotBeMade() throws Exception {
    open();
    try (Server server = new Server(false)) {
      assertThatThrownBy(() ->
              transport
                  .get()
                  .connect(
                      server.listener.address(),
                      connection -> {
                        throw new IllegalStateException("no handler");
                      })
                  .toCompletableFuture()
                  .get(10, TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void shouldCloseConnectionsAndTellTheirHandlersWhenTheTransportCloses() throws Exception {
    open();
    try (Server server = new Server(false)) {
      InetSocketAddress address = server.listener.address();
      Peer client = connect(address);
      Peer peer = server.awaitPeer();
      transport.ifPresent(TcpTransport::close);
      assertThat(client.closes).hasSize(1);
      assertThat(peer.closes).hasSize(1);
      client.send(content(1));
      client.connection.close("again");
      assertThatThrownBy(() -> connect(address)).cause().isInstanceOf(IOException.class);
    }
  }

  @Test
  void shouldSetDeliveryTimeoutWhereTheProviderHasOne() throws Exception {
    open();
    try (Server server = new Server(false)) {
      Peer client = connect(server.listener.address());
      assertThat(client.connection.deliveryTimeout(Duration.ofSeconds(2)))
          .isEqualTo(provider == TcpSettings.Provider.EPOLL);
    }
  }

  /** A peer that takes nothing any more, as behind a link that holds what is sent. */
  @Test
  void shouldDropTheConnectionWhenWhatWasSentIsNotTakenInTime() throws Exception {
    assumeTrue(provider == TcpSettings.Provider.EPOLL, "the provider has no such limit");
    open();
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Peer limited =
          connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), silent.getLocalPort()));
      try (Socket taken = silent.accept()) {
        assertThat(limited.connection.deliveryTimeout(Duration.ofMillis(500))).isTrue();

        limited.send(content(8 << 20));

        assertThat(limited.closeReason()).contains("timed out");
        assertThat(taken.isClosed()).isFalse();
      }
    }
  }

  @Test
  void shouldResetThePeerWhenAsked() throws Exception {
    open();
    try (Server server = new Server(false);
        Socket raw = server.rawSocket()) {
      server.awaitPeer().connection.reset("lease ran out");
      assertThatThrownBy(() -> raw.getInputStream().read()).hasMessageContaining("reset");
      assertThat(server.awaitPeer().closeReason()).contains("lease ran out");
    }
  }

  @Test
  void shouldCloseAndReleaseWhenASegmentBelongsToAnotherThread() throws Exception {
    open();
    try (Server server = new Server(false);
        Arena confined = Arena.ofConfined()) {
      Peer client = connect(server.listener.address());
      AtomicReference<Boolean> outcome = new AtomicReference<>();
      client.send(List.of(confined.allocate(100)), outcome);
      assertThat(client.closeReason()).isNotEmpty();
      assertThat(outcome).hasValue(false);
    }
  }
}
