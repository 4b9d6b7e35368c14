package org.sealane.smb.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.wire.Bytes;
import org.sealane.smb.wire.CodecFuzz;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.TestedCodec;

/** What stands beside a placed payload: its transform, and the descriptors of its memory. */
class TransformedPayloadTest {
  private static final int AT = Smb2Header.LENGTH;

  /** Structures, not messages: they stand behind a header of zeros here. */
  static final TestedCodec<List<BufferDescriptorV1>> DESCRIPTORS =
      new TestedCodec<>(
          in -> BufferDescriptorV1Codec.decode(in, AT, in.length() - AT),
          (descriptors, out) -> BufferDescriptorV1Codec.encode(descriptors, out, AT));

  static final TestedCodec<RdmaTransform> TRANSFORM =
      new TestedCodec<>(
          in -> RdmaTransformCodec.decode(in, AT),
          (transform, out) -> RdmaTransformCodec.encode(transform, out, AT));

  static final TestedCodec<RdmaCryptoTransform> CRYPTO =
      new TestedCodec<>(
          in -> RdmaCryptoTransformCodec.decode(in, AT),
          (transform, out) -> RdmaCryptoTransformCodec.encode(transform, out, AT));

  static final TestedCodec<TransformedPayload> PAYLOAD =
      new TestedCodec<>(
          in -> TransformedPayloadCodec.decode(in.slice("Buffer", AT, in.length() - AT)),
          (payload, out) -> {
            MessageWriter buffer = new MessageWriter();
            TransformedPayloadCodec.encode(payload, buffer);
            out.bytes(AT, buffer.written());
          });

  private static final BufferDescriptorV1 DESCRIPTOR =
      new BufferDescriptorV1(0x1000, 0x1122_3344, 1 << 20);

  private static byte[] writeInfo() throws MalformedMessageException {
    WriteRequest request =
        WriteRequestCodec.decode(GoldenMessage.reader("write-request-rdma-transform"));
    return Bytes.of(request.channelInfo());
  }

  private static byte[] readBuffer() throws MalformedMessageException {
    MessageReader in = GoldenMessage.reader("read-response-rdma-transform");
    return Bytes.of(ReadResponseCodec.payload(in, ReadResponseCodec.decode(in)));
  }

  private static TransformedPayload decode(byte[] buffer) throws MalformedMessageException {
    return TransformedPayloadCodec.decode(MemorySegment.ofArray(buffer));
  }

  private static byte[] encode(TransformedPayload payload) {
    MessageWriter out = new MessageWriter();
    TransformedPayloadCodec.encode(payload, out);
    return Bytes.of(out.written());
  }

  private static void assertRefused(String field, Consumer<byte[]> change) throws Exception {
    byte[] buffer = writeInfo();
    change.accept(buffer);
    assertThatThrownBy(() -> decode(buffer))
        .isInstanceOfSatisfying(
            MalformedMessageException.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  @Test
  void shouldGiveEveryFieldWhenWriteRequestIsDecoded() throws Exception {
    TransformedPayload payload = decode(writeInfo());

    assertThat(payload.channel()).isEqualTo(Channel.RDMA_V1_INVALIDATE);
    assertThat(payload.crypto().type()).isEqualTo(RdmaTransformId.ENCRYPTION);
    assertThat(payload.crypto().signature())
        .isEqualTo(Bytes.ofHex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"));
    assertThat(payload.crypto().nonce()).isEqualTo(Bytes.ofHex("090000000000000000000000"));
    assertThat(payload.descriptors())
        .containsExactly(new BufferDescriptorV1(0x80_0000_0000L, 0x1122_3344, 1 << 20));
  }

  @Test
  void shouldGiveEveryFieldWhenReadResponseIsDecoded() throws Exception {
    TransformedPayload payload = decode(readBuffer());

    assertThat(payload.channel()).isEqualTo(Channel.NONE);
    assertThat(payload.crypto().type()).isEqualTo(RdmaTransformId.SIGNING);
    assertThat(payload.crypto().nonce()).isEmpty();
    assertThat(payload.descriptors()).isEmpty();
    assertThat(ReadResponseCodec.decode(GoldenMessage.reader("read-response-rdma-transform")))
        .isEqualTo(ReadResponse.transformed(40, 1 << 20));
  }

  @Test
  void shouldWriteGoldenBytesWhenEncoded() throws Exception {
    assertThat(encode(decode(writeInfo()))).isEqualTo(writeInfo());
    assertThat(encode(decode(readBuffer()))).isEqualTo(readBuffer());
  }

  /** The sizes that Windows' own test suite asks for, and CCM's by the same rule. */
  @ParameterizedTest
  @CsvSource({"11, 56", "12, 56", "0, 40"})
  void shouldCountPaddingWhenNothingFollows(int nonceLength, int expected) {
    RdmaCryptoTransform crypto =
        new RdmaCryptoTransform(RdmaTransformId.SIGNING, new byte[16], new byte[nonceLength]);
    TransformedPayload payload = TransformedPayload.placed(crypto);

    assertThat(payload.lengthBytes()).isEqualTo(expected);
    assertThat(encode(payload)).hasSize(expected);
  }

  @Test
  void shouldRefuseEveryTruncation() throws Exception {
    byte[] golden = writeInfo();
    for (int length = 0; length < golden.length; length++) {
      byte[] cut = Arrays.copyOf(golden, length);
      assertThatThrownBy(() -> decode(cut))
          .as("cut to %d", length)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void shouldThrowNothingButMalformedWhenAnyBitIsFlipped() throws Exception {
    byte[] golden = new byte[AT + writeInfo().length];
    System.arraycopy(writeInfo(), 0, golden, AT, writeInfo().length);
    for (int bit = AT * Byte.SIZE; bit < golden.length * Byte.SIZE; bit++) {
      byte[] flipped = golden.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      CodecFuzz.check(PAYLOAD, flipped);
      CodecFuzz.check(TRANSFORM, flipped);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 0xFF})
  void shouldRefuseAnyNumberOfTransformsButOne(int count) throws Exception {
    assertRefused("TransformCount", buffer -> buffer[8] = (byte) count);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 0x10})
  void shouldRefuseTransformWhenTypeIsUnknown(int type) throws Exception {
    assertRefused("TransformType", buffer -> buffer[16] = (byte) type);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 0x80})
  void shouldRefuseTransformWhenItsChannelIsNotOneOfDescriptors(int channel) throws Exception {
    assertRefused("Channel", buffer -> buffer[4] = (byte) channel);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 48, 52, 64, 0xFF})
  void shouldRefuseDescriptorsWhenTheyStandElsewhere(int offset) throws Exception {
    assertRefused("RdmaDescriptorOffset", buffer -> buffer[0] = (byte) offset);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 17, 32})
  void shouldRefuseDescriptorsWhenTheirLengthDoesNotFit(int length) throws Exception {
    assertRefused("BufferDescriptorV1", buffer -> buffer[2] = (byte) length);
  }

  @Test
  void shouldRefuseDescriptorsWhenThereAreTooMany() {
    byte[] bytes = new byte[(BufferDescriptorV1.COUNT_MAX + 1) * BufferDescriptorV1.LENGTH];
    MessageReader in = new MessageReader(MemorySegment.ofArray(bytes));

    assertThatThrownBy(() -> BufferDescriptorV1Codec.decode(in, 0, bytes.length))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("at most " + BufferDescriptorV1.COUNT_MAX);
  }

  @Test
  void shouldKeepLengthsUnsignedWhenTopBitIsSet() throws Exception {
    BufferDescriptorV1 whole = new BufferDescriptorV1(-1, -1, BufferDescriptorV1.LENGTH_BYTES_MAX);
    MessageWriter out = new MessageWriter();
    BufferDescriptorV1Codec.encode(List.of(whole, DESCRIPTOR), out, 0);

    assertThat(BufferDescriptorV1Codec.decode(new MessageReader(out.written()), 0, 32))
        .containsExactly(whole, DESCRIPTOR);
  }
}
