package org.sealane.rdma.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealane.rdma.verbs.ScriptedVerbs;
import org.sealane.smb.transport.DirectPlacement.Access;
import org.sealane.smb.transport.DirectPlacement.Exposure;
import org.sealane.smb.transport.DirectPlacement.Lease;
import org.sealane.smb.transport.OutboundFrame;

/** A device that hangs, a program that fails, and payloads that may not leave any more. */
class RdmaFaultTest extends RdmaFixture {
  private static final int BYTES = 300_000;
  private static final int ROUNDS = 20;

  /** As many as a request may name. */
  private static final int PARTS = 256;

  private ScriptedVerbs device;
  private RdmaTransport client;
  private RdmaTransport server;

  @BeforeEach
  void start() throws Exception {
    device = new ScriptedVerbs(under().openClient());
    client = open(device, settings());
    server = openServer();
  }

  private static void assertLost(CompletionStage<?> stage) {
    assertThatThrownBy(() -> get(stage)).cause().isInstanceOf(IOException.class);
  }

  @Test
  void shouldEndTheConnectionWhenTheDeviceCompletesNothing() throws Exception {
    Pair pair = connect(client, server, false);
    pair.client().connection.deliveryTimeout(Duration.ofMillis(500));
    Lease source = get(pair.server().placement().lease(BYTES));
    Lease target = get(pair.client().placement().lease(BYTES));
    Exposure exposure = source.expose(Access.REMOTE_READ, BYTES);
    device.swallow(true);

    assertLost(pair.client().placement().read(exposure.descriptors(), target, BYTES));

    assertThat(pair.client().closeReason()).contains("hangs");
    assertThat(client.counters().get(RdmaCounter.COMPLETION_TIMEOUTS)).isEqualTo(1);
    pair.server().awaitClosed();
    get(exposure.revoke());
    source.close();
    target.close();
    device.swallow(false);
    connect(client, server, false);
  }

  @Test
  void shouldEndItsConnectionsAndGoOnWhenLookingForCompletionsFails() throws Exception {
    Pair pair = connect(client, server, false);

    device.failNextPoll(new IllegalStateException("scripted"));
    pair.client().connection.reading(true);

    assertThat(pair.client().closeReason()).contains("scripted");
    assertThat(client.counters().get(RdmaCounter.FAULTS)).isEqualTo(1);
    pair.server().awaitClosed();
    Pair next = connect(client, server, true);
    next.client().send(content(100, 3));
    assertThat(next.client().nextFrame()).isEqualTo(content(100, 3));
  }

  @Test
  void shouldEndTheConnectionWhenATaskOfItFails() throws Exception {
    Pair pair = connect(client, server, false);
    Pair other = connect(client, server, true);

    pair.client()
        .connection
        .send(
            new OutboundFrame(
                List.of(MemorySegment.ofArray(content(10, 1))),
                _ -> {
                  throw new IllegalStateException("scripted");
                }));

    assertThat(pair.client().closeReason()).contains("scripted");
    assertThat(client.counters().get(RdmaCounter.FAULTS)).isEqualTo(1);
    other.client().send(content(100, 3));
    assertThat(other.client().nextFrame()).isEqualTo(content(100, 3));
  }

  @Test
  void shouldPlaceNothingThatMayNotLeave() throws Exception {
    Pair pair = connect(client, server, false);
    Lease target = get(pair.server().placement().lease(BYTES));
    Lease source = get(pair.client().placement().lease(BYTES));
    target.bytes().fill((byte) 0);
    source.bytes().copyFrom(MemorySegment.ofArray(content(BYTES, 4)));
    Exposure exposure = target.expose(Access.REMOTE_WRITE, BYTES);

    assertLost(pair.client().placement().write(source, exposure.descriptors(), BYTES, () -> false));

    assertThat(pair.client().closeReason()).contains("may not leave");
    assertThat(client.counters().get(RdmaCounter.FRAMES_WITHHELD)).isEqualTo(1);
    get(exposure.revoke());
    assertThat(target.bytes().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    source.close();
    target.close();
  }

  @Test
  void shouldTakeRightsAwayFromWhatMayNotLeaveAnyMore() throws Exception {
    Pair pair = connect(client, server, false);
    Lease source = get(pair.client().placement().lease(BYTES));
    Lease target = get(pair.server().placement().lease(BYTES));
    AtomicBoolean permitted = new AtomicBoolean(true);
    Exposure exposure = source.expose(Access.REMOTE_READ, BYTES, permitted::get);
    get(pair.server().placement().read(exposure.descriptors(), target, BYTES));

    permitted.set(false);

    assertThat(pair.client().closeReason()).contains("may not leave");
    assertThat(exposure.revoke().toCompletableFuture()).isCompleted();
    source.close();
    target.close();
  }

  /**
   * The device may use the buffer of a transfer until its queue pair is closed. The connection ends
   * while many requests of one transfer are being posted.
   */
  @Test
  void shouldKeepTheBufferOfATransferUntilTheQueuePairIsClosed() throws Exception {
    int posted = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Pair pair = connect(client, server, false);
      Lease source = get(pair.server().placement().lease(BYTES));
      Lease target = get(pair.client().placement().lease(BYTES));
      Exposure exposure = source.expose(Access.REMOTE_READ, BYTES);
      CompletableFuture<CompletionStage<Void>> read = new CompletableFuture<>();
      CompletableFuture<Boolean> early = new CompletableFuture<>();
      device.swallow(true);
      device.onNextRead(() -> pair.client().connection.close("while it reads"));
      device.beforeNextClose(
          () -> early.complete(read.join().toCompletableFuture().isDone() && device.reads() > 0));
      Thread.ofPlatform()
          .start(() ->
              read.complete(
                  pair.client()
                      .placement()
                      .read(
                          RdmaPlacementTest.split(exposure.descriptors().getFirst(), PARTS),
                          target,
                          BYTES)));

      assertThat(get(early)).as("ended before its queue pair").isFalse();
      assertLost(get(read));
      posted += device.reads() > 0 ? 1 : 0;
      device.swallow(false);
      pair.server().awaitClosed();
      get(exposure.revoke());
      source.close();
      target.close();
    }
    assertThat(posted).as("rounds in which a request was posted").isEqualTo(ROUNDS);
  }
}
