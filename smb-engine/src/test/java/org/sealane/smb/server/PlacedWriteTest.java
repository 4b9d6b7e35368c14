package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
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
import org.sealane.smb.io.RdmaCryptoTransformCodec;
import org.sealane.smb.io.WriteResponseCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/** WRITE with a placed payload: each check of [MS-SMB2] 3.3.5.13, and what is stricter than it. */
class PlacedWriteTest {
  // Offsets in the message, [MS-SMB2] 2.2.21 and 2.2.43.
  private static final int DATA_OFFSET = 66;
  private static final int LENGTH = 68;
  private static final int CHANNEL = 96;
  private static final int REMAINING_BYTES = 100;
  private static final int INFO_OFFSET = 104;
  private static final int INFO_LENGTH = 106;
  private static final int INFO = 112;
  private static final int TRANSFORM_COUNT = INFO + 8;
  private static final int CRYPTO = INFO + 16;

  private static final Consumer<MessageWriter> RIGHT = _ -> {};
  private static final byte[] DATA = random(5000);

  static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static Level levelOf(RdmaTransformId type) {
    return type == RdmaTransformId.ENCRYPTION ? Level.ENCRYPT : Level.SIGN;
  }

  private static PlacingPeer strict(Level level) {
    return PlacingPeer.at(level, TrafficGate.minimum(level));
  }

  /** Refused, with nothing written. */
  private static void assertRefused(PlacingPeer placing, PeerRequest request, NtStatus status) {
    Reply reply = request.ask();
    assertThat(reply.status()).isEqualTo(status);
    assertThat(placing.content()).isEmpty();
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldWriteWhatWasEncryptedWithEachCipher(CipherId cipher) throws Exception {
    PlacingPeer placing =
        new PlacingPeer(
            ServerSettings.defaults(ServerHarness.SERVER_GUID),
            TrafficGate.minimum(Level.ENCRYPT),
            Level.ENCRYPT,
            PlacingPeer.BOTH,
            cipher,
            SigningAlgorithm.AES_GMAC);

    Reply reply = placing.transformedWrite(RdmaTransformId.ENCRYPTION, DATA, RIGHT).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(reply.level()).isEqualTo(Level.ENCRYPT);
    assertThat(WriteResponseCodec.decode(reply.in()).countBytes()).isEqualTo(DATA.length);
    assertThat(placing.content()).isEqualTo(DATA);
    assertThat(placing.fabric.transfers()).hasSize(1);
    placing.assertUnseen(Arrays.copyOf(DATA, 64));
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @EnumSource(SigningAlgorithm.class)
  void shouldWriteWhatWasSignedWithEachAlgorithm(SigningAlgorithm signing) {
    PlacingPeer placing =
        new PlacingPeer(
            ServerSettings.defaults(ServerHarness.SERVER_GUID),
            TrafficGate.minimum(Level.SIGN),
            Level.SIGN,
            PlacingPeer.BOTH,
            CipherId.AES_128_GCM,
            signing);

    Reply reply = placing.transformedWrite(RdmaTransformId.SIGNING, DATA, RIGHT).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(reply.level()).isEqualTo(Level.SIGN);
    assertThat(placing.content()).isEqualTo(DATA);
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @EnumSource(
      value = Channel.class,
      names = {"RDMA_V1", "RDMA_V1_INVALIDATE"})
  void shouldWritePlaintextWhenLaneIsClear(Channel channel) {
    PlacingPeer placing = strict(Level.CLEAR);

    Reply reply = placing.plainWrite(channel, DATA, RIGHT).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(placing.content()).isEqualTo(DATA);
    placing.assertNothingLeaks();
  }

  @Test
  void shouldConsumeDescriptorsInOrderWhenThereAreSeveral() {
    PlacingPeer placing = strict(Level.ENCRYPT);
    byte[] sealed = new byte[DATA.length];
    RdmaCryptoTransform crypto = placing.protect(RdmaTransformId.ENCRYPTION, DATA, sealed);
    List<BufferDescriptorV1> parts = new ArrayList<>();
    parts.addAll(placing.expose(Arrays.copyOfRange(sealed, 0, 1000)));
    parts.addAll(placing.expose(Arrays.copyOfRange(sealed, 1000, 1001)));
    parts.addAll(placing.expose(Arrays.copyOfRange(sealed, 1001, 6000)));

    Reply reply = placing.transformedWrite(DATA.length, crypto, parts, RIGHT).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(placing.content()).isEqualTo(DATA);
    assertThat(placing.server.transport.invalidated.getLast())
        .isEqualTo(OptionalInt.of(parts.getFirst().token()));
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @CsvSource({"NONE, false", "RDMA_V1, false", "RDMA_V1_INVALIDATE, true"})
  void shouldInvalidateFirstTokenOnlyWhenTransformAsksForIt(Channel inner, boolean invalidated) {
    PlacingPeer placing = strict(Level.ENCRYPT);
    PeerRequest request =
        placing.transformedWrite(
            RdmaTransformId.ENCRYPTION, DATA, out -> out.i32(INFO + 4, inner.code()));

    assertThat(request.ask().status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(placing.server.transport.invalidated.getLast().isPresent()).isEqualTo(invalidated);
    placing.assertNothingLeaks();
  }

  @ParameterizedTest
  @CsvSource({"RDMA_V1, false", "RDMA_V1_INVALIDATE, true"})
  void shouldInvalidateFirstTokenOnlyWhenChannelAsksForIt(Channel channel, boolean invalidated) {
    PlacingPeer placing = strict(Level.CLEAR);

    assertThat(placing.plainWrite(channel, DATA, RIGHT).ask().status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(placing.server.transport.invalidated.getLast().isPresent()).isEqualTo(invalidated);
    placing.assertNothingLeaks();
  }

  /** One field of a right request that is wrong. */
  private record Fault(String name, Consumer<MessageWriter> patch) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Fault> faults() {
    return Stream.of(
        new Fault("Channel 4", out -> out.i32(CHANNEL, 4)),
        new Fault("Channel negative", out -> out.i32(CHANNEL, -1)),
        new Fault("Length not 0", out -> out.i32(LENGTH, 1)),
        new Fault("DataOffset not 0", out -> out.u16(DATA_OFFSET, INFO)),
        new Fault("RemainingBytes 0", out -> out.i32(REMAINING_BYTES, 0)),
        new Fault("WriteChannelInfoOffset 0", out -> out.u16(INFO_OFFSET, 0)),
        new Fault("WriteChannelInfoOffset in fixed part", out -> out.u16(INFO_OFFSET, INFO - 1)),
        new Fault("WriteChannelInfoOffset past end", out -> out.u16(INFO_OFFSET, 0xFFF0)),
        new Fault("WriteChannelInfoLength 0", out -> out.u16(INFO_LENGTH, 0)),
        new Fault("WriteChannelInfoLength 15", out -> out.u16(INFO_LENGTH, 15)),
        new Fault("WriteChannelInfoLength past end", out -> out.u16(INFO_LENGTH, 73)),
        new Fault("TransformCount 0", out -> out.u16(TRANSFORM_COUNT, 0)),
        new Fault("TransformCount 2", out -> out.u16(TRANSFORM_COUNT, 2)),
        new Fault("inner Channel 3", out -> out.i32(INFO + 4, 3)),
        new Fault("TransformType 0", out -> out.u16(CRYPTO, 0)),
        new Fault("TransformType 3", out -> out.u16(CRYPTO, 3)),
        new Fault("SignatureLength past end", out -> out.u16(CRYPTO + 2, 60)),
        new Fault("NonceLength past end", out -> out.u16(CRYPTO + 4, 60)),
        new Fault("RdmaDescriptorOffset before", out -> out.u16(INFO, 48)),
        new Fault("RdmaDescriptorOffset unaligned", out -> out.u16(INFO, 52)),
        new Fault("RdmaDescriptorOffset behind", out -> out.u16(INFO, 64)),
        new Fault("RdmaDescriptorLength 0", out -> out.u16(INFO + 2, 0)),
        new Fault("RdmaDescriptorLength 15", out -> out.u16(INFO + 2, 15)),
        new Fault("RdmaDescriptorLength past end", out -> out.u16(INFO + 2, 32)),
        new Fault("first descriptor empty", out -> out.i32(INFO + 56 + 12, 0)),
        new Fault("descriptors short", out -> out.i32(INFO + 56 + 12, DATA.length - 1)));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void shouldRefuseEncryptedWriteWhenOneFieldIsWrong(Fault fault) {
    PlacingPeer placing = strict(Level.ENCRYPT);
    assertRefused(
        placing,
        placing.transformedWrite(RdmaTransformId.ENCRYPTION, DATA, fault.patch()),
        NtStatus.INVALID_PARAMETER);
    assertThat(placing.fabric.transfers()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("faults")
  void shouldRefuseSignedWriteWhenOneFieldIsWrong(Fault fault) {
    PlacingPeer placing = strict(Level.SIGN);
    assertRefused(
        placing,
        placing.transformedWrite(RdmaTransformId.SIGNING, DATA, fault.patch()),
        NtStatus.INVALID_PARAMETER);
    assertThat(placing.fabric.transfers()).isEmpty();
  }

  /** All of these stand in plain channel information too. */
  static Stream<Fault> plainFaults() {
    return Stream.of(
        new Fault("Length not 0", out -> out.i32(LENGTH, 1)),
        new Fault("DataOffset not 0", out -> out.u16(DATA_OFFSET, INFO)),
        new Fault("RemainingBytes 0", out -> out.i32(REMAINING_BYTES, 0)),
        new Fault("WriteChannelInfoOffset 0", out -> out.u16(INFO_OFFSET, 0)),
        new Fault("WriteChannelInfoLength 0", out -> out.u16(INFO_LENGTH, 0)),
        new Fault("WriteChannelInfoLength 8", out -> out.u16(INFO_LENGTH, 8)),
        new Fault("first descriptor empty", out -> out.i32(INFO + 12, 0)),
        new Fault("descriptors short", out -> out.i32(INFO + 12, DATA.length - 1)));
  }

  @ParameterizedTest
  @MethodSource("plainFaults")
  void shouldRefusePlainWriteWhenOneFieldIsWrong(Fault fault) {
    PlacingPeer placing = strict(Level.CLEAR);
    assertRefused(
        placing,
        placing.plainWrite(Channel.RDMA_V1, DATA, fault.patch()),
        NtStatus.INVALID_PARAMETER);
    assertThat(placing.fabric.transfers()).isEmpty();
  }

  @Test
  void shouldRefuseWhenFirstDescriptorIsEmptyThoughOthersSuffice() {
    PlacingPeer placing = strict(Level.CLEAR);
    List<BufferDescriptorV1> right = placing.expose(DATA);
    BufferDescriptorV1 empty =
        new BufferDescriptorV1(right.getFirst().offset(), right.getFirst().token(), 0);
    MessageWriter info = new MessageWriter();
    BufferDescriptorV1Codec.encode(List.of(empty, right.getFirst()), info, 0);
    assertRefused(
        placing,
        placing.plainWrite(
            Channel.RDMA_V1, DATA, out -> out.u16(INFO_LENGTH, 32).bytes(INFO, info.written())),
        NtStatus.INVALID_PARAMETER);
  }

  @Test
  void shouldRefuseWhenCreditChargeIsTooSmall() {
    PlacingPeer placing = strict(Level.ENCRYPT);
    assertRefused(
        placing,
        placing.transformedWrite(RdmaTransformId.ENCRYPTION, random(65_537), RIGHT).charge(1),
        NtStatus.INVALID_PARAMETER);
  }

  @Test
  void shouldRefuseWhenRemainingBytesPassMaxWriteSize() {
    PlacingPeer placing =
        new PlacingPeer(
            ServerSettings.defaults(ServerHarness.SERVER_GUID).with(Limit.PAYLOAD_BYTES, 65_536),
            TrafficGate.minimum(Level.ENCRYPT),
            Level.ENCRYPT,
            PlacingPeer.BOTH,
            CipherId.AES_128_GCM,
            SigningAlgorithm.AES_GMAC);
    assertRefused(
        placing,
        placing.transformedWrite(RdmaTransformId.ENCRYPTION, random(65_537), RIGHT),
        NtStatus.INVALID_PARAMETER);
  }

  @ParameterizedTest
  @CsvSource({"ENCRYPTION, SIGNING", "ENCRYPTION, ", "SIGNING, ENCRYPTION", "SIGNING, "})
  void shouldRefuseTransformThatWasNotNegotiated(RdmaTransformId used, RdmaTransformId agreed) {
    List<RdmaTransformId> transforms = agreed == null ? List.of() : List.of(agreed);
    PlacingPeer placing = PlacingPeer.with(levelOf(used), TrafficGate.OPEN, transforms);
    assertRefused(placing, placing.transformedWrite(used, DATA, RIGHT), NtStatus.INVALID_PARAMETER);
    assertThat(placing.fabric.transfers()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"ENCRYPTION, CLEAR", "ENCRYPTION, SIGN", "SIGNING, CLEAR", "SIGNING, ENCRYPT"})
  void shouldRefuseTransformInMessageOfAnotherLevel(RdmaTransformId type, Level level) {
    PlacingPeer placing = PlacingPeer.at(level, TrafficGate.OPEN);
    assertRefused(placing, placing.transformedWrite(type, DATA, RIGHT), NtStatus.INVALID_PARAMETER);
    assertThat(placing.fabric.transfers()).isEmpty();
  }

  /** The flag inside an encrypted message proves nothing: no signature is verified there. */
  @Test
  void shouldRefuseSignatureInEncryptedMessageThatClaimsToBeSigned() {
    PlacingPeer placing = PlacingPeer.at(Level.ENCRYPT, TrafficGate.OPEN);
    assertRefused(
        placing,
        placing.transformedWrite(RdmaTransformId.SIGNING, DATA, RIGHT).flag(HeaderFlags.SIGNED),
        NtStatus.INVALID_PARAMETER);
  }

  @ParameterizedTest
  @CsvSource({
    "ENCRYPTION, ENCRYPTION",
    "ENCRYPTION, SIGNING",
    "SIGNING, ENCRYPTION",
    "SIGNING, SIGNING"
  })
  void shouldRefuseTwoTransformsOfAnyMix(RdmaTransformId first, RdmaTransformId second) {
    PlacingPeer placing = PlacingPeer.at(levelOf(first), TrafficGate.OPEN);
    byte[] placed = new byte[DATA.length];
    RdmaCryptoTransform one = placing.protect(first, DATA, placed);
    RdmaCryptoTransform two = placing.protect(second, DATA, new byte[DATA.length]);
    List<BufferDescriptorV1> descriptors = placing.expose(placed);
    int secondAt = CRYPTO + one.lengthBytes();
    int descriptorsAt = secondAt + two.lengthBytes();
    assertRefused(
        placing,
        placing.transformedWrite(
            DATA.length,
            one,
            descriptors,
            out -> {
              out.u16(TRANSFORM_COUNT, 2)
                  .u16(INFO, descriptorsAt - INFO)
                  .u16(INFO_LENGTH, descriptorsAt - INFO + BufferDescriptorV1.LENGTH);
              RdmaCryptoTransformCodec.encode(two, out, secondAt);
              BufferDescriptorV1Codec.encode(descriptors, out, descriptorsAt);
            }),
        NtStatus.INVALID_PARAMETER);
  }

  /** A tag that is right as far as it goes is refused too. */
  @ParameterizedTest
  @CsvSource({
    "ENCRYPTION, 17, 12, STATUS_AUTH_TAG_MISMATCH",
    "ENCRYPTION, 15, 12, STATUS_AUTH_TAG_MISMATCH",
    "ENCRYPTION, 4, 12, STATUS_AUTH_TAG_MISMATCH",
    "ENCRYPTION, 0, 12, STATUS_AUTH_TAG_MISMATCH",
    "ENCRYPTION, 16, 11, STATUS_AUTH_TAG_MISMATCH",
    "ENCRYPTION, 16, 13, STATUS_AUTH_TAG_MISMATCH",
    "ENCRYPTION, 16, 0, STATUS_AUTH_TAG_MISMATCH",
    "SIGNING, 17, 12, STATUS_INVALID_SIGNATURE",
    "SIGNING, 15, 12, STATUS_INVALID_SIGNATURE",
    "SIGNING, 0, 12, STATUS_INVALID_SIGNATURE",
    "SIGNING, 16, 11, STATUS_INVALID_SIGNATURE",
    "SIGNING, 16, 0, STATUS_INVALID_SIGNATURE"
  })
  void shouldRefuseSignatureOrNonceOfWrongLength(
      RdmaTransformId type, int signatureLength, int nonceLength, String status) {
    PlacingPeer placing = strict(levelOf(type));
    byte[] placed = new byte[DATA.length];
    RdmaCryptoTransform right = placing.protect(type, DATA, placed);
    RdmaCryptoTransform wrong =
        new RdmaCryptoTransform(
            type,
            Arrays.copyOf(right.signature(), signatureLength),
            Arrays.copyOf(right.nonce(), nonceLength));
    PeerRequest request =
        placing.transformedWrite(DATA.length, wrong, placing.expose(placed), RIGHT);

    assertRefusedCrypto(placing, request, status);
  }

  @ParameterizedTest
  @CsvSource({"AES_128_CCM, 12", "AES_256_CCM, 10", "AES_256_GCM, 11"})
  void shouldRefuseNonceOfAnotherCiphersLength(CipherId cipher, int nonceLength) {
    PlacingPeer placing =
        new PlacingPeer(
            ServerSettings.defaults(ServerHarness.SERVER_GUID),
            TrafficGate.minimum(Level.ENCRYPT),
            Level.ENCRYPT,
            PlacingPeer.BOTH,
            cipher,
            SigningAlgorithm.AES_GMAC);
    byte[] placed = new byte[DATA.length];
    RdmaCryptoTransform right = placing.protect(RdmaTransformId.ENCRYPTION, DATA, placed);
    RdmaCryptoTransform wrong =
        new RdmaCryptoTransform(
            right.type(), right.signature(), Arrays.copyOf(right.nonce(), nonceLength));
    assertRefusedCrypto(
        placing,
        placing.transformedWrite(DATA.length, wrong, placing.expose(placed), RIGHT),
        "STATUS_AUTH_TAG_MISMATCH");
  }

  @ParameterizedTest
  @CsvSource({
    "ENCRYPTION, payload, STATUS_AUTH_TAG_MISMATCH",
    "ENCRYPTION, signature, STATUS_AUTH_TAG_MISMATCH",
    "ENCRYPTION, nonce, STATUS_AUTH_TAG_MISMATCH",
    "SIGNING, payload, STATUS_INVALID_SIGNATURE",
    "SIGNING, signature, STATUS_INVALID_SIGNATURE",
    "SIGNING, nonce, STATUS_INVALID_SIGNATURE"
  })
  void shouldRefuseAndTellWhenOneBitWasChanged(RdmaTransformId type, String where, String status) {
    PlacingPeer placing = strict(levelOf(type));
    byte[] placed = new byte[DATA.length];
    RdmaCryptoTransform crypto = placing.protect(type, DATA, placed);
    byte[] changed =
        switch (where) {
          case "payload" -> placed;
          case "signature" -> crypto.signature();
          default -> crypto.nonce();
        };
    changed[changed.length - 1] ^= 1;
    assertRefusedCrypto(
        placing,
        placing.transformedWrite(DATA.length, crypto, placing.expose(placed), RIGHT),
        status);
  }

  private static void assertRefusedCrypto(PlacingPeer placing, PeerRequest request, String status) {
    Reply reply = request.ask();
    assertThat(reply.status().toString()).startsWith(status + " ");
    assertThat(placing.content()).isEmpty();
    assertThat(placing.server.events(ServerEvent.TamperingSuspected.class)).hasSize(1);
    placing.assertNothingLeaks();
  }

  /** What the specification leaves open, [MS-SMB2] 3.3.5.13 has no such check. */
  @ParameterizedTest
  @CsvSource({
    "ENCRYPT, ENCRYPT, CLEAR, RDMA_V1",
    "ENCRYPT, ENCRYPT, CLEAR, RDMA_V1_INVALIDATE",
    "ENCRYPT, CLEAR, CLEAR, RDMA_V1",
    "ENCRYPT, CLEAR, ENCRYPT, RDMA_V1",
    "SIGN, SIGN, CLEAR, RDMA_V1",
    "SIGN, SIGN, CLEAR, RDMA_V1_INVALIDATE",
    "SIGN, CLEAR, SIGN, RDMA_V1"
  })
  void shouldRefusePlaintextThatMustBeProtected(
      Level request, Level tree, Level session, Channel channel) {
    PlacingPeer placing =
        new PlacingPeer(
            ServerSettings.defaults(ServerHarness.SERVER_GUID).withSessionLevel(session),
            TrafficGate.minimum(tree),
            request,
            PlacingPeer.BOTH,
            CipherId.AES_128_GCM,
            SigningAlgorithm.AES_GMAC);
    assertRefused(placing, placing.plainWrite(channel, DATA, RIGHT), NtStatus.ACCESS_DENIED);
    assertThat(placing.server.events(ServerEvent.WeakRequestRefused.class))
        .singleElement()
        .satisfies(event -> assertThat(event.level()).isEqualTo(Level.CLEAR));
    assertThat(placing.fabric.transfers()).isEmpty();
  }

  @Test
  void shouldRefuseSignedPayloadWhereEncryptionIsRequired() {
    PlacingPeer placing = PlacingPeer.at(Level.ENCRYPT, TrafficGate.minimum(Level.ENCRYPT));
    PeerRequest request =
        placing.transformedWrite(RdmaTransformId.SIGNING, DATA, RIGHT).level(Level.SIGN);
    assertRefused(placing, request, NtStatus.ACCESS_DENIED);
    assertThat(placing.fabric.transfers()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Channel.class,
      names = {"RDMA_V1", "RDMA_V1_INVALIDATE", "RDMA_TRANSFORM"})
  void shouldRefuseEveryChannelWhenConnectionIsNotRdma(Channel channel) {
    PlacingPeer placing = PlacingPeer.at(Level.CLEAR, TrafficGate.OPEN);
    ServerHarness overTcp = ServerHarness.open();
    PeerFiles files = PeerFiles.of(overTcp);
    var request =
        org.sealane.smb.io.WriteRequest.placed(
            files.open("file"), 0, DATA.length, 0, channel, placing.expose(DATA));

    Reply reply =
        files
            .peer
            .request(org.sealane.smb.wire.Command.WRITE)
            .body(out -> org.sealane.smb.io.WriteRequestCodec.encode(request, out))
            .ask();

    assertThat(reply.status()).isEqualTo(NtStatus.INVALID_PARAMETER);
    assertThat(overTcp.share.file("file")).isEmpty();
    overTcp.assertNothingLeaks();
    placing.assertNothingLeaks();
  }

  @Test
  void shouldEndConnectionWhenTokenHasNoRights() {
    PlacingPeer placing = strict(Level.ENCRYPT);
    byte[] placed = new byte[DATA.length];
    RdmaCryptoTransform crypto = placing.protect(RdmaTransformId.ENCRYPTION, DATA, placed);
    DirectPlacement.Lease lease = placing.lease(DATA.length);
    DirectPlacement.Exposure exposure =
        lease.expose(DirectPlacement.Access.REMOTE_READ, DATA.length);
    List<BufferDescriptorV1> descriptors = exposure.descriptors();
    exposure.revoke();
    byte[] request = placing.transformedWrite(DATA.length, crypto, descriptors, RIGHT).bytes();

    placing.server.deliver(request);

    assertThat(placing.server.transport.closed).isPresent();
    assertThat(placing.content()).isEmpty();
    placing.assertNothingLeaks();
  }

  @Test
  void shouldRefusePlacementInCompound() {
    PlacingPeer placing = strict(Level.CLEAR);
    byte[] first = placing.plainWrite(Channel.RDMA_V1, DATA, RIGHT).followed().message();
    byte[] second = placing.plainWrite(Channel.RDMA_V1, DATA, RIGHT).message();

    List<Reply> replies = placing.peer.askAll(PeerRequest.chain(first, second));

    assertThat(replies).extracting(Reply::status).containsOnly(NtStatus.NOT_SUPPORTED);
    assertThat(placing.content()).isEmpty();
    placing.assertNothingLeaks();
  }
}
