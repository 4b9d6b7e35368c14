package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sealane.smb.io.BufferDescriptorV1;
import org.sealane.smb.io.BufferDescriptorV1Codec;
import org.sealane.smb.io.Channel;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.io.ReadRequest;
import org.sealane.smb.io.ReadRequestCodec;
import org.sealane.smb.io.ReadResponse;
import org.sealane.smb.io.ReadResponseCodec;
import org.sealane.smb.io.TransformedPayload;
import org.sealane.smb.io.TransformedPayloadCodec;
import org.sealane.smb.io.WriteResponseCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.DirectPlacement.Access;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/** READ with a placed payload, [MS-SMB2] 3.3.5.12, and what is stricter than it. */
class PlacedReadTest {
  // Offsets in the message, [MS-SMB2] 2.2.19.
  private static final int LENGTH = 68;
  private static final int MINIMUM_COUNT = 96;
  private static final int CHANNEL = 100;
  private static final int REMAINING_BYTES = 104;
  private static final int INFO_OFFSET = 108;
  private static final int INFO_LENGTH = 110;
  private static final int INFO = 112;

  private static final Consumer<MessageWriter> RIGHT = _ -> {};
  private static final byte[] DATA = PlacedWriteTest.random(5000);

  /** A gate whose levels a test changes, and which counts. */
  private static final class TestGate implements TrafficGate {
    volatile Level send;
    final AtomicInteger open = new AtomicInteger();
    volatile Runnable beforeSendLevel = () -> {};

    TestGate(Level level) {
      send = level;
    }

    @Override
    public boolean accepts(Level requestLevel) {
      return true;
    }

    @Override
    public Pass enter() {
      open.incrementAndGet();
      boolean[] closed = new boolean[1];
      return () -> {
        if (!closed[0]) {
          closed[0] = true;
          open.decrementAndGet();
        }
      };
    }

    @Override
    public Level sendLevel() {
      beforeSendLevel.run();
      return send;
    }
  }

  /** A peer whose file holds the data, and a buffer to have it placed in. */
  private static final class Reading {
    final PlacingPeer placing;
    final DirectPlacement.Lease lease;
    final DirectPlacement.Exposure target;

    Reading(PlacingPeer placing) {
      this.placing = placing;
      PeerFiles files = new PeerFiles(placing.peer).at(placing.level);
      assertThat(files.write(placing.fileId, 0, DATA).ask().status()).isEqualTo(NtStatus.SUCCESS);
      placing.server.transport.invalidated.clear();
      lease = placing.lease(8192);
      target = lease.expose(Access.REMOTE_WRITE, 8192);
    }

    static Reading at(Level level, TrafficGate gate) {
      return new Reading(PlacingPeer.at(level, gate));
    }

    PeerRequest request(Consumer<MessageWriter> patch) {
      return placing.read(target, 8192, Channel.RDMA_V1_INVALIDATE, patch);
    }

    MemorySegment placed(int count) {
      target.revoke();
      return lease.bytes().asSlice(0, count);
    }

    void assertNothingPlaced() {
      assertThat(placing.fabric.transfers()).isEmpty();
      assertThat(lease.bytes().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0xEE);
      placing.assertNothingLeaks();
    }
  }

  private static TransformedPayload transform(Reply reply, long count) throws Exception {
    ReadResponse response = ReadResponseCodec.decode(reply.in());
    assertThat(response.flags()).isEqualTo(ReadResponse.FLAG_RDMA_TRANSFORM);
    assertThat(response.dataOffset()).isEqualTo(80);
    assertThat(response.dataRemaining()).isEqualTo(count);
    return TransformedPayloadCodec.decode(ReadResponseCodec.payload(reply.in(), response));
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldPlaceCiphertextOnlyWithEachCipher(CipherId cipher) throws Exception {
    Reading reading =
        new Reading(
            new PlacingPeer(
                ServerSettings.defaults(ServerHarness.SERVER_GUID),
                TrafficGate.minimum(Level.ENCRYPT),
                Level.ENCRYPT,
                PlacingPeer.BOTH,
                cipher,
                SigningAlgorithm.AES_CMAC));

    Reply reply = reading.request(RIGHT).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(reply.level()).isEqualTo(Level.ENCRYPT);
    assertThat(ReadResponseCodec.decode(reply.in()).dataLengthBytes()).isEqualTo(56);
    RdmaCryptoTransform crypto = transform(reply, DATA.length).crypto();
    assertThat(crypto.type()).isEqualTo(RdmaTransformId.ENCRYPTION);
    byte[] plaintext = new byte[DATA.length];
    assertThat(
            reading
                .placing
                .keys()
                .payloadOpener()
                .open(crypto, reading.placed(DATA.length), MemorySegment.ofArray(plaintext)))
        .isTrue();
    assertThat(plaintext).isEqualTo(DATA);
    assertThat(reading.placing.server.transport.invalidated.getLast())
        .isEqualTo(OptionalInt.of(reading.target.descriptors().getFirst().token()));
    reading.placing.assertUnseen(Arrays.copyOf(DATA, 64));
    reading.placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @CsvSource({"AES_GMAC, 56", "AES_CMAC, 40", "HMAC_SHA256, 40"})
  void shouldSignWhatIsPlacedWithEachAlgorithm(SigningAlgorithm signing, long transformBytes)
      throws Exception {
    Reading reading =
        new Reading(
            new PlacingPeer(
                ServerSettings.defaults(ServerHarness.SERVER_GUID),
                TrafficGate.minimum(Level.SIGN),
                Level.SIGN,
                PlacingPeer.BOTH,
                CipherId.AES_128_GCM,
                signing));

    Reply reply = reading.request(RIGHT).ask();

    assertThat(reply.level()).isEqualTo(Level.SIGN);
    assertThat(ReadResponseCodec.decode(reply.in()).dataLengthBytes()).isEqualTo(transformBytes);
    RdmaCryptoTransform crypto = transform(reply, DATA.length).crypto();
    assertThat(crypto.type()).isEqualTo(RdmaTransformId.SIGNING);
    assertThat(reading.placing.keys().signer().verifyPayload(crypto, reading.placed(DATA.length)))
        .isTrue();
    assertThat(reading.placed(DATA.length).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(DATA);
    reading.placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @CsvSource({"RDMA_V1, false", "RDMA_V1_INVALIDATE, true"})
  void shouldPlacePlaintextWhenLaneIsClear(Channel channel, boolean invalidated) throws Exception {
    Reading reading = Reading.at(Level.CLEAR, TrafficGate.OPEN);

    Reply reply = reading.placing.read(reading.target, 8192, channel, RIGHT).ask();

    assertThat(ReadResponseCodec.decode(reply.in()))
        .isEqualTo(new ReadResponse(80, 0, DATA.length, 0));
    assertThat(reading.placed(DATA.length).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(DATA);
    assertThat(reading.placing.server.transport.invalidated.getLast().isPresent())
        .isEqualTo(invalidated);
    reading.placing.assertNothingLeaks();
  }

  @Test
  void shouldSayEndOfFileWhenNothingIsThere() {
    Reading reading = Reading.at(Level.ENCRYPT, TrafficGate.minimum(Level.ENCRYPT));

    Reply reply = reading.request(out -> out.i64(72, DATA.length)).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.END_OF_FILE);
    reading.assertNothingPlaced();
  }

  @Test
  void shouldSayEndOfFileBelowMinimumCount() {
    Reading reading = Reading.at(Level.ENCRYPT, TrafficGate.minimum(Level.ENCRYPT));

    Reply reply = reading.request(out -> out.i32(MINIMUM_COUNT, DATA.length + 1)).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.END_OF_FILE);
    reading.assertNothingPlaced();
  }

  @Test
  void shouldNotLookAtRemainingBytes() {
    Reading reading = Reading.at(Level.ENCRYPT, TrafficGate.minimum(Level.ENCRYPT));

    assertThat(reading.request(out -> out.i32(REMAINING_BYTES, 7)).ask().status())
        .isEqualTo(NtStatus.SUCCESS);
    reading.placing.assertNothingLeaks();
  }

  private record Fault(String name, Consumer<MessageWriter> patch) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Fault> faults() {
    return Stream.of(
        new Fault("Channel 3", out -> out.i32(CHANNEL, 3)),
        new Fault("Channel 4", out -> out.i32(CHANNEL, 4)),
        new Fault("Length 0", out -> out.i32(LENGTH, 0)),
        new Fault("Length above descriptors", out -> out.i32(LENGTH, 8193)),
        new Fault("Length above credits", out -> out.i32(LENGTH, 65_537)),
        new Fault("ReadChannelInfoOffset 0", out -> out.u16(INFO_OFFSET, 0)),
        new Fault("ReadChannelInfoOffset in fixed part", out -> out.u16(INFO_OFFSET, INFO - 1)),
        new Fault("ReadChannelInfoOffset past end", out -> out.u16(INFO_OFFSET, 0xFFF0)),
        new Fault("ReadChannelInfoLength 0", out -> out.u16(INFO_LENGTH, 0)),
        new Fault("ReadChannelInfoLength 15", out -> out.u16(INFO_LENGTH, 15)),
        new Fault("ReadChannelInfoLength past end", out -> out.u16(INFO_LENGTH, 32)),
        new Fault("first descriptor empty", out -> out.i32(INFO + 12, 0)),
        new Fault("descriptors short", out -> out.i32(INFO + 12, 8191)));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void shouldRefuseWhenOneFieldIsWrong(Fault fault) {
    Reading reading = Reading.at(Level.ENCRYPT, TrafficGate.minimum(Level.ENCRYPT));

    assertThat(reading.request(fault.patch()).ask().status()).isEqualTo(NtStatus.INVALID_PARAMETER);
    reading.assertNothingPlaced();
  }

  @Test
  void shouldRefuseWhenDescriptorsAreTooMany() {
    Reading reading = Reading.at(Level.ENCRYPT, TrafficGate.minimum(Level.ENCRYPT));
    BufferDescriptorV1 one = reading.target.descriptors().getFirst();
    MessageWriter info = new MessageWriter();
    int count = BufferDescriptorV1.COUNT_MAX + 1;
    BufferDescriptorV1Codec.encode(java.util.Collections.nCopies(count, one), info, 0);

    PeerRequest request =
        reading.request(out ->
            out.u16(INFO_LENGTH, count * BufferDescriptorV1.LENGTH).bytes(INFO, info.written()));

    assertThat(request.ask().status()).isEqualTo(NtStatus.INVALID_PARAMETER);
    reading.assertNothingPlaced();
  }

  @ParameterizedTest
  @EnumSource(
      value = Channel.class,
      names = {"RDMA_V1", "RDMA_V1_INVALIDATE"})
  void shouldRefuseEveryChannelWhenConnectionIsNotRdma(Channel channel) {
    ServerHarness overTcp = ServerHarness.open();
    PeerFiles files = PeerFiles.of(overTcp);
    ReadRequest request =
        ReadRequest.placed(
            files.open("file"), 0, 10, channel, List.of(new BufferDescriptorV1(0, 1, 10)));

    Reply reply =
        files.peer.request(Command.READ).body(out -> ReadRequestCodec.encode(request, out)).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.INVALID_PARAMETER);
    overTcp.assertNothingLeaks();
  }

  /** What the specification leaves open: it has plaintext placed in each of these cases. */
  @ParameterizedTest
  @CsvSource({
    "ENCRYPT, ENCRYPT, CLEAR, ",
    "ENCRYPT, ENCRYPT, CLEAR, SIGNING",
    "ENCRYPT, CLEAR, ENCRYPT, ",
    "ENCRYPT, CLEAR, CLEAR, ",
    "SIGN, SIGN, CLEAR, ",
    "SIGN, SIGN, CLEAR, ENCRYPTION",
    "SIGN, CLEAR, SIGN, ",
    "SIGN, CLEAR, CLEAR, "
  })
  void shouldRefuseToPlaceWhatCanNotBeProtectedAsItMust(
      Level request, Level tree, Level session, RdmaTransformId negotiated) {
    Reading reading =
        new Reading(
            new PlacingPeer(
                ServerSettings.defaults(ServerHarness.SERVER_GUID).withSessionLevel(session),
                TrafficGate.minimum(tree),
                request,
                negotiated == null ? List.of() : List.of(negotiated),
                CipherId.AES_128_GCM,
                SigningAlgorithm.AES_GMAC));

    assertThat(reading.request(RIGHT).ask().status()).isEqualTo(NtStatus.ACCESS_DENIED);
    assertThat(reading.placing.server.events(ServerEvent.WeakRequestRefused.class)).hasSize(1);
    reading.assertNothingPlaced();
  }

  @Test
  void shouldEncryptWhenGateAsksForMoreThanRequestHad() throws Exception {
    TestGate gate = new TestGate(Level.CLEAR);
    Reading reading = Reading.at(Level.CLEAR, gate);
    gate.send = Level.ENCRYPT;

    Reply reply = reading.request(RIGHT).ask();

    assertThat(reply.level()).isEqualTo(Level.ENCRYPT);
    assertThat(transform(reply, DATA.length).crypto().type()).isEqualTo(RdmaTransformId.ENCRYPTION);
    reading.placing.assertUnseen(Arrays.copyOf(DATA, 64));
    reading.placing.assertNothingLeaks();
  }

  /** The level rises while the worker reads: at each look in turn. */
  @ParameterizedTest
  @CsvSource({"1", "2", "3", "4", "5", "6"})
  void shouldNeverVouchForPayloadPlacedBelowTheLevelOfItsResponse(int look) throws Exception {
    TestGate gate = new TestGate(Level.CLEAR);
    Reading reading = Reading.at(Level.CLEAR, gate);
    AtomicInteger looks = new AtomicInteger();
    gate.beforeSendLevel =
        () -> {
          if (looks.incrementAndGet() == look) {
            gate.send = Level.ENCRYPT;
          }
        };

    Reply reply = reading.request(RIGHT).ask();

    boolean sealed = reply.level() == Level.ENCRYPT;
    assertThat(sealed || reply.level() == Level.CLEAR).isTrue();
    if (reply.status().equals(NtStatus.RETRY)) {
      assertThat(sealed).isTrue();
    } else if (sealed) {
      assertThat(transform(reply, DATA.length).crypto().type())
          .isEqualTo(RdmaTransformId.ENCRYPTION);
    } else {
      assertThat(looks.get()).as("nobody looked after the level had risen").isLessThan(look);
    }
    reading.placing.assertNothingLeaks();
  }

  @Test
  void shouldAskForRetryWhenLevelRisesAfterPlacement() {
    TestGate gate = new TestGate(Level.CLEAR);
    Reading reading = Reading.at(Level.CLEAR, gate);
    // The transport's answer to the work request: from then on a stronger level is asked for.
    gate.beforeSendLevel =
        () -> {
          if (!reading.placing.fabric.transfers().isEmpty()) {
            gate.send = Level.ENCRYPT;
          }
        };

    Reply reply = reading.request(RIGHT).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.RETRY);
    assertThat(reply.level()).isEqualTo(Level.ENCRYPT);
    assertThat(reading.placing.server.transport.invalidated.getLast()).isEmpty();
    reading.placing.assertNothingLeaks();
  }

  @Test
  void shouldNotAnswerAWriteBeforeItsPayloadIsFetched() throws Exception {
    TestGate gate = new TestGate(Level.ENCRYPT);
    PlacingPeer placing = Reading.at(Level.ENCRYPT, gate).placing;
    PeerRequest request = placing.transformedWrite(RdmaTransformId.ENCRYPTION, DATA, RIGHT);
    placing.servers.getFirst().hold();
    placing.server.workersPaused = true;
    placing.server.deliver(request.bytes());
    Runnable work = placing.server.workers.poll();
    Thread worker = Thread.ofVirtual().start(work);

    await().atMost(Duration.ofSeconds(60)).until(() -> worker.getState() == Thread.State.WAITING);
    assertThat(gate.open).hasValue(1);
    assertThat(placing.server.transport.sent).isEmpty();

    placing.servers.getFirst().releaseHeld();
    assertThat(worker.join(Duration.ofSeconds(60))).isTrue();
    placing.server.resumeWorkers();
    Reply reply = placing.peer.next().getFirst();
    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(WriteResponseCodec.decode(reply.in()).countBytes()).isEqualTo(DATA.length);
    assertThat(gate.open).hasValue(0);
    placing.assertNothingLeaks();
  }

  /** What is posted behind the payload arrives behind it, but the lane has not drained yet. */
  @Test
  void shouldAnswerAReadBehindItsPayloadAndHoldThePassUntilThatIsPlaced() throws Exception {
    TestGate gate = new TestGate(Level.ENCRYPT);
    Reading reading = Reading.at(Level.ENCRYPT, gate);
    PlacingPeer placing = reading.placing;
    placing.servers.getFirst().hold();

    Reply reply = reading.request(RIGHT).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(placing.fabric.transfers()).isEmpty();
    assertThat(gate.open).hasValue(1);
    assertThat(placing.servers.getFirst().leasesOut()).isEqualTo(1);

    placing.servers.getFirst().releaseHeld();
    assertThat(placing.fabric.transfers()).hasSize(1);
    assertThat(gate.open).hasValue(0);
    placing.assertNothingLeaks();
  }

  /** The response that takes the place of the first one has to wait for the payload, too. */
  @Test
  void shouldHoldThePassAlsoWhenTheLevelRisesWhileThePayloadIsPlaced() throws Exception {
    TestGate gate = new TestGate(Level.CLEAR);
    Reading reading = Reading.at(Level.CLEAR, gate);
    PlacingPeer placing = reading.placing;
    placing.servers.getFirst().hold();
    gate.beforeSendLevel =
        () -> {
          if (placing.servers.getFirst().leasesOut() > 0 && placing.servers.getFirst().isHeld()) {
            gate.send = Level.ENCRYPT;
          }
        };

    Reply reply = reading.request(RIGHT).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.RETRY);
    assertThat(gate.open).hasValue(1);

    placing.servers.getFirst().releaseHeld();
    assertThat(gate.open).hasValue(0);
    placing.assertNothingLeaks();
  }

  @Test
  void shouldGiveEverythingBackWhenConnectionBreaksDuringPlacement() throws Exception {
    TestGate gate = new TestGate(Level.ENCRYPT);
    Reading reading = Reading.at(Level.ENCRYPT, gate);
    PlacingPeer placing = reading.placing;
    placing.servers.getFirst().hold();
    assertThat(reading.request(RIGHT).ask().status()).isEqualTo(NtStatus.SUCCESS);

    placing.servers.getFirst().connectionGone();
    placing.server.transport.close("broken by the test");

    assertThat(placing.fabric.transfers()).isEmpty();
    assertThat(gate.open).hasValue(0);
    placing.assertNothingLeaks();
  }
}
