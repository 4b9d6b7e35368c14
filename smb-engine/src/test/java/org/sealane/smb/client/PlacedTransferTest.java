package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealane.smb.client.OpenTest.content;
import static org.sealane.smb.client.OpenTest.replyWrite;
import static org.sealane.smb.client.ScriptedServer.decode;
import static org.sealane.smb.client.SessionSetupTest.failureOf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.io.BufferDescriptorV1;
import org.sealane.smb.io.Channel;
import org.sealane.smb.io.ReadRequest;
import org.sealane.smb.io.TransformedPayload;
import org.sealane.smb.io.TransformedPayloadCodec;
import org.sealane.smb.io.WriteRequest;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.NegotiateContext;
import org.sealane.smb.negotiate.NegotiateRequestCodec;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.transport.MemoryFabric;
import org.sealane.smb.transport.MemoryPlacement;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.NtStatus;

/** Reads and writes of a client whose payloads are placed, against a scripted server. */
class PlacedTransferTest {
  private static final int COUNT = 9000;
  private static final byte[] DATA = random();

  private static byte[] random() {
    byte[] bytes = new byte[COUNT];
    new Random(5).nextBytes(bytes);
    return bytes;
  }

  /** The payload of a received WRITE, fetched and verified. */
  private static byte[] fetched(PlacingServer placing, ScriptedServer.Received request)
      throws Exception {
    WriteRequest asked = PlacingServer.writeRequest(request);
    assertThat(asked.remainingBytes()).isEqualTo(COUNT);
    assertThat(asked.lengthBytes()).isZero();
    assertThat(asked.dataOffset()).isZero();
    if (asked.channel() != Channel.RDMA_TRANSFORM) {
      assertThat(asked.channel()).isEqualTo(Channel.RDMA_V1_INVALIDATE);
      return placing.fetch(PlacingServer.descriptors(asked.channelInfo()), COUNT);
    }
    TransformedPayload said = TransformedPayloadCodec.decode(asked.channelInfo());
    assertThat(said.channel()).isEqualTo(Channel.RDMA_V1_INVALIDATE);
    byte[] placed = placing.fetch(said.descriptors(), COUNT);
    byte[] plaintext = new byte[COUNT];
    boolean right =
        switch (said.crypto().type()) {
          case ENCRYPTION ->
              placing
                  .keys()
                  .payloadOpener()
                  .open(
                      said.crypto(),
                      MemorySegment.ofArray(placed),
                      MemorySegment.ofArray(plaintext));
          case SIGNING -> {
            System.arraycopy(placed, 0, plaintext, 0, COUNT);
            yield placing
                .keys()
                .signer()
                .verifyPayload(said.crypto(), MemorySegment.ofArray(placed));
          }
        };
    assertThat(right).isTrue();
    return plaintext;
  }

  @ParameterizedTest
  @EnumSource
  void shouldHaveServerFetchWhatIsWrittenAtEachLevel(Level level) throws Exception {
    PlacingServer placing = PlacingServer.at(level);
    CompletableFuture<Void> written = placing.write(DATA);
    ScriptedServer.Received request = placing.server.receive();

    assertThat(request.level()).isEqualTo(level);
    assertThat(fetched(placing, request)).isEqualTo(DATA);
    assertThat(written).isNotDone();
    replyWrite(placing.server, request, COUNT);

    assertThat(written).isCompleted();
    assertThat(placing.fabric.exposedNow()).isZero();
    assertThat(placing.placement.leasesOut()).isZero();
    assertThat(placing.open.tree().sent())
        .isEqualTo(
            switch (level) {
              case CLEAR -> new PayloadBytes(0, 0, COUNT);
              case SIGN -> new PayloadBytes(0, COUNT, 0);
              case ENCRYPT -> new PayloadBytes(COUNT, 0, 0);
            });
    if (level == Level.ENCRYPT) {
      placing.assertUnseen(Arrays.copyOf(DATA, 32));
    }
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @EnumSource
  void shouldReadWhatServerPlacedAtEachLevel(Level level) {
    PlacingServer placing = PlacingServer.at(level);
    byte[] into = new byte[COUNT + 50];
    CompletableFuture<Integer> read =
        placing.open.read(77, MemorySegment.ofArray(into).asSlice(20, COUNT));
    ScriptedServer.Received request = placing.server.receive();
    ReadRequest asked = PlacingServer.readRequest(request);
    assertThat(asked.channel()).isEqualTo(Channel.RDMA_V1_INVALIDATE);
    assertThat(asked.lengthBytes()).isEqualTo(COUNT);
    assertThat(asked.remainingBytes()).isEqualTo(COUNT);
    assertThat(asked.offset()).isEqualTo(77);

    placing.answer(request, level, Arrays.copyOf(DATA, 5000));

    assertThat(read).isCompletedWithValue(5000);
    assertThat(Arrays.copyOfRange(into, 20, 5020)).isEqualTo(Arrays.copyOf(DATA, 5000));
    assertThat(Arrays.copyOfRange(into, 5020, into.length)).containsOnly(0);
    assertThat(placing.open.tree().received().sealed() > 0).isEqualTo(level == Level.ENCRYPT);
    if (level == Level.ENCRYPT) {
      placing.assertUnseen(Arrays.copyOf(DATA, 32));
    }
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @EnumSource
  void shouldReadIntoMemoryOutsideTheHeap(Level level) {
    PlacingServer placing = PlacingServer.at(level);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment into = arena.allocate(COUNT);
      CompletableFuture<Integer> read = placing.open.read(0, into);
      placing.answer(placing.server.receive(), level, DATA);

      assertThat(read).isCompletedWithValue(COUNT);
      assertThat(into.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(DATA);
    }
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @EnumSource
  void shouldLookAtContentOnlyAfterRightsHaveEnded(Level level) {
    PlacingServer placing = PlacingServer.at(level);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    ScriptedServer.Received request = placing.server.receive();
    placing.placement.hold();

    placing.answer(request, level, DATA);

    assertThat(read).isNotDone();
    assertThat(into).containsOnly(0);
    assertThat(placing.gate.open).as("passes").isEqualTo(1);
    assertThat(placing.fabric.exposedNow()).isEqualTo(1);
    placing.placement.releaseHeld();
    assertThat(read).isCompletedWithValue(COUNT);
    assertThat(into).isEqualTo(DATA);
    assertThat(placing.gate.open).isZero();
    placing.assertNothingLeaks();
  }

  /** Between the response and the end of its rights the server may still write. */
  @ParameterizedTest
  @EnumSource(names = {"SIGN", "ENCRYPT"})
  void shouldNoticeWhatServerChangesUntilItsRightsEnd(Level level) {
    PlacingServer placing = PlacingServer.at(level);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    ScriptedServer.Received request = placing.server.receive();
    placing.placement.hold();
    placing.answer(request, level, DATA);
    placing.place(request, new byte[] {1, 2, 3});

    placing.placement.releaseHeld();

    assertThat(failureOf(read)).isInstanceOf(ClientException.Violation.class);
    assertThat(into).containsOnly(0);
    placing.assertNothingLeaks();
  }

  @Test
  void shouldNotWaitWhenServerInvalidatedTheToken() {
    PlacingServer placing = PlacingServer.at(Level.ENCRYPT);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    ScriptedServer.Received request = placing.server.receive();
    byte[] placed = new byte[COUNT];
    var crypto = placing.protect(Level.ENCRYPT, DATA, placed).orElseThrow();
    placing.place(request, placed);
    placing.placement.hold();
    placing.fabric.revoke(
        PlacingServer.descriptors(PlacingServer.readRequest(request).channelInfo())
            .getFirst()
            .token());

    placing.server.deliver(
        PlacingServer.readResponse(request, COUNT, 1, PlacingServer.buffer(crypto)), Level.ENCRYPT);

    assertThat(read).isCompletedWithValue(COUNT);
    assertThat(into).isEqualTo(DATA);
    placing.assertNothingLeaks();
  }

  @Test
  void shouldHoldPassOfWriteUntilRightsHaveEnded() throws Exception {
    PlacingServer placing = PlacingServer.at(Level.ENCRYPT);
    CompletableFuture<Void> written = placing.write(DATA);
    ScriptedServer.Received request = placing.server.receive();
    placing.placement.hold();

    replyWrite(placing.server, request, COUNT);

    assertThat(placing.gate.open).as("passes").isEqualTo(1);
    placing.placement.releaseHeld();
    assertThat(written).isCompleted();
    assertThat(placing.gate.open).isZero();
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldEndRightsWhenCancelled(boolean write) {
    PlacingServer placing = PlacingServer.at(Level.ENCRYPT);
    CompletableFuture<?> operation = write ? placing.write(DATA) : placing.read(new byte[COUNT]);
    ScriptedServer.Received request = placing.server.receive();
    assertThat(placing.fabric.exposedNow()).isEqualTo(1);

    operation.cancel(true);

    assertThat(placing.server.receive().command()).isEqualTo(Command.CANCEL);
    assertThat(failureOf(operation)).isInstanceOf(ClientException.Cancelled.class);
    assertThat(placing.fabric.exposedNow()).isZero();
    assertThat(placing.placement.leasesOut()).isZero();
    assertThat(placing.gate.open).as("passes, until it is answered").isEqualTo(1);
    placing.server.fail(request, NtStatus.CANCELLED);
    assertThat(placing.gate.open).isZero();
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldEndRightsWhenNotAnsweredInTime(boolean write) {
    PlacingServer placing = PlacingServer.at(Level.ENCRYPT);
    byte[] into = new byte[COUNT];
    CompletableFuture<?> operation = write ? placing.write(DATA) : placing.read(into);
    ScriptedServer.Received request = placing.server.receive();

    placing.server.pass(ScriptedServer.TIMEOUT.plus(Duration.ofMillis(1)));

    assertThat(failureOf(operation)).isInstanceOf(ClientException.TimedOut.class);
    assertThat(placing.fabric.exposedNow()).isZero();
    assertThat(placing.placement.leasesOut()).isZero();
    placing.server.fail(request, NtStatus.IO_TIMEOUT);
    assertThat(into).containsOnly(0);
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldEndRightsWhenServerFailsTheRequest(boolean write) {
    PlacingServer placing = PlacingServer.at(Level.ENCRYPT);
    CompletableFuture<?> operation = write ? placing.write(DATA) : placing.read(new byte[COUNT]);

    placing.server.fail(placing.server.receive(), NtStatus.ACCESS_DENIED);

    assertThat(failureOf(operation).status()).isEqualTo(NtStatus.ACCESS_DENIED);
    assertThat(placing.fabric.exposedNow()).isZero();
    assertThat(placing.gate.open).isZero();
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldGiveEverythingBackWhenConnectionBreaks(boolean write) {
    PlacingServer placing = PlacingServer.at(Level.ENCRYPT);
    CompletableFuture<?> operation = write ? placing.write(DATA) : placing.read(new byte[COUNT]);
    placing.server.receive();
    placing.placement.hold();

    placing.server.transport.breakDown(new IOException("cable cut"));

    assertThat(failureOf(operation)).isInstanceOf(ClientException.ConnectionLost.class);
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @CsvSource({"CLEAR, SIGN", "CLEAR, ENCRYPT", "SIGN, ENCRYPT"})
  void shouldProtectAnewAfterRightsHaveEndedWhenLevelRises(Level built, Level asked)
      throws Exception {
    PlacingServer placing = PlacingServer.at(built);
    placing.gate.enterLevel = built;
    placing.gate.sendLevel = asked;
    placing.placement.hold();
    CompletableFuture<Void> written = placing.write(DATA);
    assertThat(placing.server.transport.hasSent()).as("sent while exposed weaker").isFalse();

    placing.placement.releaseHeld();

    ScriptedServer.Received request = placing.server.receive();
    assertThat(request.level()).isEqualTo(asked);
    assertThat(fetched(placing, request)).isEqualTo(DATA);
    replyWrite(placing.server, request, COUNT);
    assertThat(written).isCompleted();
    placing.assertNothingLeaks();
  }

  /** A message signed a second time would use its AES-GMAC nonce a second time. */
  @Test
  void shouldNotFallBackWhenGateDoesAfterLevelHadRisen() throws Exception {
    PlacingServer placing = PlacingServer.at(Level.SIGN);
    placing.gate.enterLevel = Level.SIGN;
    placing.gate.sendLevel = Level.ENCRYPT;
    placing.placement.hold();
    CompletableFuture<Void> written = placing.write(DATA);
    placing.gate.set(Level.SIGN);

    placing.placement.releaseHeld();

    ScriptedServer.Received request = placing.server.receive();
    assertThat(request.level()).isEqualTo(Level.ENCRYPT);
    assertThat(fetched(placing, request)).isEqualTo(DATA);
    replyWrite(placing.server, request, COUNT);
    assertThat(written).isCompleted();
    placing.assertNothingLeaks();
  }

  @Test
  void shouldEncryptWhenPayloadsCanNotBeSigned() throws Exception {
    PlacingServer placing = new PlacingServer(Level.SIGN, Set.of(RdmaTransformId.ENCRYPTION), 16);
    CompletableFuture<Void> written = placing.write(DATA);
    ScriptedServer.Received request = placing.server.receive();

    assertThat(request.level()).isEqualTo(Level.ENCRYPT);
    assertThat(fetched(placing, request)).isEqualTo(DATA);
    replyWrite(placing.server, request, COUNT);
    assertThat(written).isCompleted();
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @CsvSource({"CLEAR, SIGNING", "ENCRYPT, SIGNING", "ENCRYPT, ", "CLEAR, ", "SIGN, SIGNING"})
  void shouldPlaceNothingWhenPayloadsCanNotBeEncrypted(Level level, RdmaTransformId negotiated) {
    PlacingServer placing =
        new PlacingServer(level, negotiated == null ? Set.of() : Set.of(negotiated), 16);
    CompletableFuture<Void> written = placing.write(DATA);
    ScriptedServer.Received request = placing.server.receive();

    assertThat(PlacingServer.writeRequest(request).channel()).isEqualTo(Channel.NONE);
    replyWrite(placing.server, request, COUNT);
    assertThat(written).isCompleted();
    assertThat(placing.fabric.seenByPeers()).isEmpty();
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @CsvSource({"4096, NONE", "4097, RDMA_V1_INVALIDATE"})
  void shouldPlaceOnlyWhatIsLongerThanTheThreshold(int length, Channel channel) {
    PlacingServer placing = PlacingServer.at(Level.CLEAR);
    CompletableFuture<Integer> read = placing.read(new byte[length]);
    ScriptedServer.Received request = placing.server.receive();

    assertThat(PlacingServer.readRequest(request).channel()).isEqualTo(channel);
    placing.server.fail(request, NtStatus.END_OF_FILE);
    assertThat(failureOf(read).status()).isEqualTo(NtStatus.END_OF_FILE);
    placing.assertNothingLeaks();
  }

  @Test
  void shouldWaitForABufferInsteadOfTakingMore() {
    PlacingServer placing =
        new PlacingServer(Level.ENCRYPT, EnumSet.allOf(RdmaTransformId.class), 1);
    CompletableFuture<Void> first = placing.write(DATA);
    CompletableFuture<Integer> second = placing.read(new byte[COUNT]);
    CompletableFuture<Void> third = placing.write(DATA);
    ScriptedServer.Received request = placing.server.receive();
    assertThat(placing.server.transport.hasSent()).isFalse();
    assertThat(placing.placement.leasesWaiting()).isEqualTo(2);

    second.cancel(true);
    assertThat(failureOf(second)).isInstanceOf(ClientException.Cancelled.class);
    replyWrite(placing.server, request, COUNT);

    assertThat(first).isCompleted();
    ScriptedServer.Received last = placing.server.receive();
    assertThat(last.command()).isEqualTo(Command.WRITE);
    replyWrite(placing.server, last, COUNT);
    assertThat(third).isCompleted();
    placing.assertNothingLeaks();
  }

  @Test
  void shouldFailAsNeverSentWhenConnectionBreaksWhileWaitingForABuffer() {
    PlacingServer placing =
        new PlacingServer(Level.ENCRYPT, EnumSet.allOf(RdmaTransformId.class), 1);
    CompletableFuture<Void> first = placing.write(DATA);
    CompletableFuture<Void> second = placing.write(DATA);

    placing.server.transport.breakDown(new IOException("cable cut"));

    assertThat(((ClientException.ConnectionLost) failureOf(first)).sent()).isTrue();
    assertThat(((ClientException.ConnectionLost) failureOf(second)).sent()).isFalse();
    placing.assertNothingLeaks();
  }

  @Test
  void shouldReadAgainWhenServerAsksForIt() {
    PlacingServer placing = new PlacingServer(Level.CLEAR, EnumSet.allOf(RdmaTransformId.class), 1);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    ScriptedServer.Received request = placing.server.receive();
    placing.gate.set(Level.ENCRYPT);
    placing.server.deliver(
        ScriptedServer.message(
            ScriptedServer.header(request.header(), NtStatus.RETRY, 1),
            out ->
                org.sealane.smb.wire.ErrorResponseCodec.encode(
                    org.sealane.smb.wire.ErrorResponse.EMPTY, out)),
        Level.ENCRYPT);

    ScriptedServer.Received again = placing.server.receive();
    assertThat(again.level()).isEqualTo(Level.ENCRYPT);
    placing.answer(again, Level.ENCRYPT, DATA);

    assertThat(read).isCompletedWithValue(COUNT);
    assertThat(into).isEqualTo(DATA);
    placing.assertNothingLeaks();
  }

  @Test
  void shouldGiveUpWhenServerAsksToReadAgainForEver() {
    PlacingServer placing = PlacingServer.at(Level.ENCRYPT);
    CompletableFuture<Integer> read = placing.read(new byte[COUNT]);
    for (int i = 0; i < 4; i++) {
      placing.server.fail(placing.server.receiveOf(read), NtStatus.RETRY);
    }

    assertThat(failureOf(read).status()).isEqualTo(NtStatus.RETRY);
    assertThat(placing.server.transport.hasSent()).isFalse();
    placing.assertNothingLeaks();
  }

  @Test
  void shouldSplitWhatIsLongerThanAPlacement() {
    MemoryFabric fabric = new MemoryFabric();
    MemoryPlacement small = new MemoryPlacement(fabric, 65_536, 16, false, 4096, _ -> {});
    ScriptedServer server =
        new ScriptedServer(
            ScriptedServer.settings(), Optional.of(small), EnumSet.allOf(RdmaTransformId.class));
    ClientOpen open = server.open(new CountingGate(Level.ENCRYPT));
    CompletableFuture<Void> written = open.write(0, MemorySegment.ofArray(content(65_537)), false);

    ScriptedServer.Received first = server.receive();
    ScriptedServer.Received second = server.receive();

    WriteRequest asked = PlacingServer.writeRequest(first);
    assertThat(asked.remainingBytes()).isEqualTo(65_536);
    TransformedPayload said = decode(() -> TransformedPayloadCodec.decode(asked.channelInfo()));
    assertThat(said.channel()).isEqualTo(Channel.RDMA_V1);
    assertThat(said.descriptors()).hasSize(16);
    assertThat(said.descriptors()).extracting(BufferDescriptorV1::lengthBytes).containsOnly(4096L);
    assertThat(PlacingServer.writeRequest(second).channel()).isEqualTo(Channel.NONE);
    replyWrite(server, first, 65_536);
    replyWrite(server, second, 1);
    assertThat(written).isCompleted();
    assertThat(small.leasesOut()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldOfferTransformsExactlyWherePayloadsCanBePlaced(boolean placing) {
    Optional<MemoryPlacement> placement =
        placing ? Optional.of(MemoryPlacement.of(new MemoryFabric(), _ -> {})) : Optional.empty();
    ScriptedServer server = new ScriptedServer(ScriptedServer.settings(), placement, Set.of());
    server.connection.negotiate(new byte[32]);

    List<NegotiateContext> offered =
        decode(() -> NegotiateRequestCodec.decode(server.receive().message())).contexts();

    assertThat(offered)
        .filteredOn(NegotiateContext.RdmaTransform.class::isInstance)
        .hasSize(placing ? 1 : 0)
        .allSatisfy(context ->
            assertThat(((NegotiateContext.RdmaTransform) context).transforms())
                .containsExactly(1, 2));
  }
}
