package org.sealane.smb.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.transport.OutboundFrame;

/** Frames that are asked whether they may leave, where they are handed to the kernel. */
@ParameterizedClass
@EnumSource(
    value = TcpSettings.Provider.class,
    names = {"EPOLL", "NIO"})
class TcpPermitTest extends TcpTransportFixture {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** More than the kernel takes for a peer that does not read. */
  private static final int FRAME_BYTES = 32 << 20;

  private void send(
      Peer peer, byte[] content, OutboundFrame.Permit permit, AtomicReference<Boolean> outcome) {
    unreleased.incrementAndGet();
    peer.connection.send(
        new OutboundFrame(
            List.of(MemorySegment.ofArray(content)),
            sent -> {
              outcome.set(sent);
              unreleased.decrementAndGet();
            },
            permit));
  }

  @Test
  void shouldSendFramesOfEverySizeUnchangedWhileTheyMayLeave() throws Exception {
    open();
    try (Server server = new Server(true)) {
      Peer client = connect(server.listener.address());
      Random random = new Random(3);
      List<byte[]> contents =
          List.of(new byte[1], new byte[70_000], new byte[3 << 20], new byte[500]);
      for (byte[] content : contents) {
        random.nextBytes(content);
        send(client, content, () -> true, new AtomicReference<>());
      }
      await().atMost(LIMIT).until(() -> client.frames.size() == contents.size());
      assertThat(client.frames).containsExactlyElementsOf(contents);
    }
  }

  @Test
  void shouldResetWhenAFrameMayNotLeaveFromTheStart() throws Exception {
    open();
    try (Server server = new Server(false)) {
      Peer client = connect(server.listener.address());
      AtomicReference<Boolean> outcome = new AtomicReference<>();
      send(client, new byte[100], () -> false, outcome);

      assertThat(client.closeReason()).contains("weaker than is required");
      assertThat(outcome).hasValue(false);
      server.peers.element().awaitClosed();
      assertThat(server.peers.element().frames).isEmpty();
      assertThat(count(TcpCounter.FORBIDDEN_SENDS)).isEqualTo(1);
    }
  }

  @Test
  void shouldSendNothingMoreWhenTheRestOfAFrameMayNotLeave() throws Exception {
    open();
    AtomicBoolean granted = new AtomicBoolean(true);
    AtomicLong asked = new AtomicLong();
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Peer client =
          connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort()));
      try (Socket slow = listener.accept()) {
        AtomicReference<Boolean> outcome = new AtomicReference<>();
        send(
            client,
            new byte[FRAME_BYTES],
            () -> {
              asked.incrementAndGet();
              return granted.get();
            },
            outcome);
        awaitStandstill(asked);

        granted.set(false);
        long arrived = readToTheEnd(slow);

        assertThat(arrived).isLessThan(FRAME_BYTES);
        assertThat(client.closeReason()).contains("weaker than is required");
        assertThat(outcome).hasValue(false);
        assertThat(count(TcpCounter.FORBIDDEN_SENDS)).isEqualTo(1);
      }
    }
  }

  /** The kernel takes no more: nobody has asked for a while. */
  private static void awaitStandstill(AtomicLong asked) {
    await().atMost(LIMIT).until(() -> asked.get() > 0);
    await()
        .during(Duration.ofMillis(300))
        .atMost(LIMIT)
        .until(
            new java.util.concurrent.Callable<>() {
              private long last = -1;

              @Override
              public Boolean call() {
                boolean still = last == asked.get();
                last = asked.get();
                return still;
              }
            });
  }

  private static long readToTheEnd(Socket socket) {
    long count = 0;
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = socket.getInputStream()) {
      int read = in.read(buffer);
      while (read >= 0) {
        count += read;
        read = in.read(buffer);
      }
      throw new AssertionError("closed in order after " + count + " bytes");
    } catch (IOException reset) {
      assertThat(reset).hasMessageContaining("reset");
      return count;
    }
  }
}
