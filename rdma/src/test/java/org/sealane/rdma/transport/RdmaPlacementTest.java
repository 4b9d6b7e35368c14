package org.sealane.rdma.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.sealane.smb.io.BufferDescriptorV1;
import org.sealane.smb.transport.DirectPlacement.Access;
import org.sealane.smb.transport.DirectPlacement.Exposure;
import org.sealane.smb.transport.DirectPlacement.Lease;

class RdmaPlacementTest extends RdmaFixture {
  private static final int BYTES = 300_000;

  private static void fill(Lease lease, byte[] content) {
    lease.bytes().asSlice(0, content.length).copyFrom(MemorySegment.ofArray(content));
  }

  private static byte[] first(Lease lease, int bytes) {
    return lease.bytes().asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
  }

  static List<BufferDescriptorV1> split(BufferDescriptorV1 whole, int parts) {
    List<BufferDescriptorV1> split = new ArrayList<>();
    long each = whole.lengthBytes() / parts;
    for (int i = 0; i < parts; i++) {
      long bytes = i == parts - 1 ? whole.lengthBytes() - i * each : each;
      split.add(new BufferDescriptorV1(whole.offset() + i * each, whole.token(), bytes));
    }
    return split;
  }

  @Test
  void shouldFetchWhatThePeerExposed() throws Exception {
    Pair pair = connect();
    Lease source = get(pair.client().placement().lease(BYTES));
    Lease target = get(pair.server().placement().lease(BYTES));
    fill(source, content(BYTES, 1));
    Exposure exposure = source.expose(Access.REMOTE_READ, BYTES);

    get(pair.server().placement().read(split(exposure.descriptors().getFirst(), 7), target, BYTES));
    assertThat(first(target, BYTES)).isEqualTo(content(BYTES, 1));
    get(exposure.revoke());
    source.close();
    target.close();
  }

  @Test
  void shouldPlaceBeforeAMessageThatIsSentLater() throws Exception {
    Pair pair = connect();
    Lease target = get(pair.client().placement().lease(BYTES));
    Lease source = get(pair.server().placement().lease(BYTES));
    fill(source, content(BYTES, 2));
    Exposure exposure = target.expose(Access.REMOTE_WRITE, BYTES);
    CompletionStage<Void> written =
        pair.server().placement().write(source, exposure.descriptors(), BYTES);
    pair.server().send(content(10, 0), OptionalInt.of(exposure.descriptors().getFirst().token()));

    pair.client().nextFrame();
    assertThat(pair.client().invalidated)
        .containsExactly(exposure.descriptors().getFirst().token());
    assertThat(exposure.revoke().toCompletableFuture()).isCompleted();
    assertThat(first(target, BYTES)).isEqualTo(content(BYTES, 2));
    get(written);
    target.close();
    source.close();
  }

  private void assertBreaks(Pair pair, CompletionStage<Void> transfer) {
    assertThatThrownBy(() -> get(transfer))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IOException.class);
    assertThat(pair.server().closeReason()).contains("REM_ACCESS_ERR");
    pair.client().awaitClosed();
  }

  @Test
  void shouldEndTheConnectionWhenAPeerUsesARevokedToken() throws Exception {
    Pair pair = connect();
    Lease source = get(pair.client().placement().lease(BYTES));
    Lease target = get(pair.server().placement().lease(BYTES));
    Exposure exposure = source.expose(Access.REMOTE_READ, BYTES);
    get(exposure.revoke());

    assertBreaks(pair, pair.server().placement().read(exposure.descriptors(), target, BYTES));
    source.close();
    target.close();
  }

  @Test
  void shouldEndTheConnectionWhenAPeerReadsMoreThanWasExposed() throws Exception {
    assumeTrue(under().holdsWindowBounds(), "the device does not hold a window's bounds");
    Pair pair = connect();
    Lease source = get(pair.client().placement().lease(BYTES));
    Lease target = get(pair.server().placement().lease(BYTES));
    BufferDescriptorV1 honest =
        source.expose(Access.REMOTE_READ, BYTES - 1).descriptors().getFirst();

    assertBreaks(
        pair,
        pair.server()
            .placement()
            .read(
                List.of(new BufferDescriptorV1(honest.offset(), honest.token(), BYTES)),
                target,
                BYTES));
    source.close();
    target.close();
  }

  @Test
  void shouldEndTheConnectionWhenAPeerWritesWhatItMayOnlyRead() throws Exception {
    Pair pair = connect();
    Lease source = get(pair.client().placement().lease(BYTES));
    Lease other = get(pair.server().placement().lease(BYTES));
    Exposure exposure = source.expose(Access.REMOTE_READ, BYTES);

    assertBreaks(pair, pair.server().placement().write(other, exposure.descriptors(), BYTES));
    source.close();
    other.close();
  }

  @Test
  void shouldGiveNoRightsToAnotherConnection() throws Exception {
    RdmaTransport client = open();
    RdmaTransport server = open();
    Pair first = connect(client, server, false);
    Pair second = connect(client, server, false);
    Lease source = get(first.client().placement().lease(BYTES));
    Lease target = get(second.server().placement().lease(BYTES));
    Exposure exposure = source.expose(Access.REMOTE_READ, BYTES);

    assertBreaks(second, second.server().placement().read(exposure.descriptors(), target, BYTES));
    assertThat(first.client().closes).isEmpty();
    get(exposure.revoke());
    source.close();
    target.close();
  }

  @Test
  void shouldLendInOrderWhenBuffersAreScarce() throws Exception {
    Pair pair = connect();
    Lease first = get(pair.client().placement().lease(BYTES));
    Lease second = get(pair.client().placement().lease(BYTES));
    CompletableFuture<Lease> third = pair.client().placement().lease(BYTES);
    CompletableFuture<Lease> fourth = pair.client().placement().lease(BYTES);
    CompletableFuture<Lease> fifth = pair.client().placement().lease(BYTES);
    assertThat(get(pair.client().placement().lease(1000)).bytes().byteSize())
        .as("short ones do not wait for long ones")
        .isEqualTo(1000);
    assertThat(third).isNotDone();
    fourth.cancel(false);
    first.close();
    assertThat(third).isDone();
    assertThat(fifth).isNotDone();
    second.close();
    assertThat(fifth).isDone();
    get(third).close();
    get(fifth).close();
  }

  @Test
  void shouldRefuseToGiveBackWhatIsExposed() throws Exception {
    Pair pair = connect();
    Lease lease = get(pair.client().placement().lease(BYTES));
    Exposure exposure = lease.expose(Access.REMOTE_READ, BYTES);
    assertThatThrownBy(lease::close).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> lease.expose(Access.REMOTE_READ, 1))
        .isInstanceOf(IllegalStateException.class);
    get(exposure.revoke());
    get(exposure.revoke());
    lease.close();
    assertThatThrownBy(lease::close).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldExposeAgainWhenRightsWereRevoked() throws Exception {
    Pair pair = connect();
    Lease source = get(pair.client().placement().lease(BYTES));
    Lease target = get(pair.server().placement().lease(BYTES));
    for (int i = 0; i < 600; i++) {
      fill(source, content(100, i));
      Exposure exposure = source.expose(Access.REMOTE_READ, 100);
      get(pair.server().placement().read(exposure.descriptors(), target, 100));
      assertThat(first(target, 100)).isEqualTo(content(100, i));
      get(exposure.revoke());
    }
    source.close();
    target.close();
  }

  @Test
  void shouldEndEverythingBeforeTheHandlerHearsOfTheEnd() throws Exception {
    RdmaTransport client = open();
    Pair pair = connect(client, open(), false);
    int free = client.freeBuffers();
    Lease exposed = get(pair.client().placement().lease(BYTES));
    Exposure exposure = exposed.expose(Access.REMOTE_WRITE, BYTES);
    Lease other = get(pair.client().placement().lease(BYTES));
    CompletableFuture<Lease> waiting = pair.client().placement().lease(BYTES);
    pair.server().connection.close("gone");
    pair.client().awaitClosed();

    assertThat(waiting).isCompletedExceptionally();
    assertThat(exposure.revoke().toCompletableFuture()).isCompleted();
    exposed.close();
    other.close();
    assertThat(client.freeBuffers()).isEqualTo(free);
    assertThat(pair.client().placement().lease(1)).isCompletedExceptionally();
  }

  @Test
  void shouldUseABufferAgainWhenItsConnectionDiedWithRightsGiven() throws Exception {
    RdmaTransport client = open();
    RdmaTransport server = open();
    for (int i = 0; i < 10; i++) {
      Pair pair = connect(client, server, false);
      Lease source = get(pair.client().placement().lease(BYTES));
      Lease target = get(pair.server().placement().lease(BYTES));
      fill(source, content(BYTES, i));
      Exposure exposure = source.expose(Access.REMOTE_READ, BYTES);
      get(pair.server().placement().read(exposure.descriptors(), target, BYTES));
      assertThat(first(target, BYTES)).isEqualTo(content(BYTES, i));
      pair.client().connection.close("next");
      pair.client().awaitClosed();
      pair.server().awaitClosed();
      get(exposure.revoke());
      source.close();
      target.close();
    }
    await().atMost(LIMIT).until(() -> client.freeConnections() == 8);
  }

  @Test
  void shouldRefuseWhatDoesNotFit() throws Exception {
    Pair pair = connect();
    Lease lease = get(pair.client().placement().lease(100));
    assertThatThrownBy(() ->
            pair.client().placement().read(List.of(new BufferDescriptorV1(0, 1, 99)), lease, 100))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() ->
            pair.client().placement().read(List.of(new BufferDescriptorV1(0, 1, 101)), lease, 101))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> pair.client().placement().lease(RdmaSettings.LARGE_BUFFER_BYTES + 1))
        .isInstanceOf(IllegalArgumentException.class);
    lease.close();
  }
}
