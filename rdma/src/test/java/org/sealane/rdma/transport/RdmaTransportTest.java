package org.sealane.rdma.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.Transport;

class RdmaTransportTest extends RdmaFixture {
  @Test
  void shouldNameItselfAndItsProvider() throws Exception {
    RdmaTransport transport = open();
    assertThat(transport.name()).isEqualTo("rdma");
    assertThat(transport.provider()).isEqualTo(under().provider().name());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 64, 8168, 8169, 100_000, FramePool.FRAME_BYTES_MAX})
  void shouldEchoFramesOfAllLengths(int bytes) throws Exception {
    Pair pair = connect(open(), open(), true);
    byte[] content = content(bytes, 3);
    pair.client().send(content);

    assertThat(pair.client().nextFrame()).isEqualTo(content);
  }

  @Test
  void shouldKeepOrderWhenManyFramesGoBothWays() throws Exception {
    Pair pair = connect(open(), open(), true);
    for (int i = 0; i < 500; i++) {
      pair.client().send(content(1 + i * 97 % 20_000, i));
    }
    for (int i = 0; i < 500; i++) {
      assertThat(pair.client().nextFrame()).isEqualTo(content(1 + i * 97 % 20_000, i));
    }
  }

  @Test
  void shouldConnectWithinOneTransport() throws Exception {
    RdmaTransport transport = openServer();
    Pair pair = connect(transport, transport, true);
    pair.client().send(content(50_000, 1));
    assertThat(pair.client().nextFrame()).isEqualTo(content(50_000, 1));
  }

  @Test
  void shouldSlowThePeerWhenNothingIsRead() throws Exception {
    Pair pair = connect();
    pair.server().connection.reading(false);
    for (int i = 0; i < 100; i++) {
      pair.client().send(content(100_000, i));
    }
    await().atMost(LIMIT).until(() -> pair.client().writable.contains(false));
    assertThat(pair.server().frames).isEmpty();
    pair.server().connection.reading(true);
    for (int i = 0; i < 100; i++) {
      assertThat(pair.server().nextFrame()).isEqualTo(content(100_000, i));
    }
    await().atMost(LIMIT).until(() -> pair.client().writable.size() == 2);
    assertThat(pair.client().writable).containsExactly(false, true);
  }

  @Test
  void shouldDeliverAllWhenTheSenderClosesAfterAFlush() throws Exception {
    Pair pair = connect();
    for (int i = 0; i < 50; i++) {
      pair.client().send(content(30_000, i));
    }
    pair.client().connection.closeAfterFlush("done");
    for (int i = 0; i < 50; i++) {
      assertThat(pair.server().nextFrame()).isEqualTo(content(30_000, i));
    }
    pair.server().awaitClosed();
    assertThat(pair.server().closes.element()).as("in order").isEmpty();
    assertThat(pair.client().closeReason()).isEqualTo("closed here: done");
  }

  @Test
  void shouldReleaseWhatIsUnsentWhenReset() throws Exception {
    Pair pair = connect();
    pair.server().connection.reading(false);
    for (int i = 0; i < 30; i++) {
      pair.client().send(content(100_000, i));
    }
    pair.client().connection.reset("enough");
    assertThat(pair.client().closeReason()).isEqualTo("reset here: enough");
    pair.server().awaitClosed();
    await().atMost(LIMIT).until(() -> unreleased.get() == 0);
  }

  @Test
  void shouldEndTheConnectionWhenAFrameIsLongerThanTheLimit() throws Exception {
    RdmaTransport server = openServer();
    Pair pair = connect(open(), server, false);
    pair.server().connection.frameLimit(1000);
    await()
        .atMost(LIMIT)
        .until(() -> {
          pair.client().send(content(1001, 1));
          return !pair.server().closes.isEmpty();
        });
    assertThat(pair.server().closeReason()).contains("at most 1000");
    assertThat(server.counters().get(RdmaCounter.VIOLATIONS)).isEqualTo(1);
    pair.client().awaitClosed();
  }

  @Test
  void shouldFailToConnectWhenNobodyListens() throws Exception {
    RdmaTransport transport = openServer();
    InetSocketAddress gone;
    try (Transport.Listener listener = transport.listen(any(), c -> new Peer(c, false))) {
      gone = listener.address();
    }
    assertThatThrownBy(() -> get(transport.connect(gone, c -> new Peer(c, false))))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            "can not connect to %s:%d"
                .formatted(gone.getAddress().getHostAddress(), gone.getPort()));
    await().atMost(LIMIT).until(() -> transport.freeConnections() == 8);
  }

  @Test
  void shouldRefuseFurtherConnectionsWhenTheLimitIsReached() throws Exception {
    RdmaTransport client = open();
    RdmaTransport server = open();
    for (int i = 0; i < 8; i++) {
      connect(client, server, false);
    }
    assertThatThrownBy(() -> connect(client, server, false))
        .cause()
        .hasMessageContaining("all 8 RDMA connections are in use");
    RdmaTransport other = open();
    assertThatThrownBy(() -> connect(other, server, false))
        .cause()
        .hasMessageContaining("rejected");
    assertThat(server.counters().get(RdmaCounter.CONNECTIONS_REFUSED)).isEqualTo(1);
  }

  @Test
  void shouldStayOpenWhenThePeerAnswersKeepalives() throws Exception {
    RdmaSettings d = settings();
    RdmaSettings nervous =
        new RdmaSettings(
            d.loops(),
            d.connectionsMax(),
            d.credits(),
            d.messageBytes(),
            d.smallBuffers(),
            d.largeBuffers(),
            d.connectTimeout(),
            d.unsentBytesHigh(),
            d.unsentBytesLow(),
            d.unsentBytesMax(),
            d.flushTimeout(),
            Duration.ofMillis(100),
            Duration.ofSeconds(30));
    RdmaTransport client = open(nervous);
    Pair pair = connect(client, open(), true);
    // The server's answers are messages that the client takes: each takes a receive, and frames
    // still come after more of them than there are receives.
    await().pollDelay(Duration.ofSeconds(1)).atMost(LIMIT).until(() -> true);
    pair.client().send(content(100_000, 5));
    assertThat(pair.client().nextFrame()).isEqualTo(content(100_000, 5));
    assertThat(pair.client().closes).isEmpty();
  }

  @Test
  void shouldCloseEveryConnectionWhenTheTransportCloses() throws Exception {
    RdmaTransport client = open();
    Pair pair = connect(client, open(), false);
    client.close();
    assertThat(pair.client().closes).hasSize(1);
    pair.server().awaitClosed();
    assertThatThrownBy(() -> get(client.connect(any(), c -> new Peer(c, false))))
        .hasMessageContaining("closed");
  }
}
