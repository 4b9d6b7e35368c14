package org.sealane.smb.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealane.smb.io.CreateMessagesTest.FILE_ID;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

class ReadWriteMessagesTest {
  private static final byte[] DESCRIPTOR =
      HexFormat.of().parseHex("00000000800000004433221100001000");
  private static final byte[] PAYLOAD = HexFormat.of().parseHex("deadbeef");

  @Nested
  class Read {
    @Test
    void shouldGiveEveryFieldWhenRequestIsDecoded() throws MalformedMessageException {
      ReadRequest request = ReadRequestCodec.decode(GoldenMessage.reader("read-request"));

      assertThat(request.flags()).isEqualTo(ReadRequest.FLAG_READ_UNBUFFERED);
      assertThat(request.lengthBytes()).isEqualTo(1 << 20);
      assertThat(request.offset()).isEqualTo(65_536);
      assertThat(request.fileId()).isEqualTo(FILE_ID);
      assertThat(request.minimumCount()).isEqualTo(1);
      assertThat(request.channel()).isEqualTo(Channel.NONE);
      assertThat(request.channelInfo().byteSize()).isZero();
    }

    @Test
    void shouldGiveDescriptorsWhenRequestHasChannel() throws MalformedMessageException {
      ReadRequest request = ReadRequestCodec.decode(GoldenMessage.reader("read-request-rdma"));

      assertThat(request.channel()).isEqualTo(Channel.RDMA_V1_INVALIDATE);
      assertThat(request.remainingBytes()).isEqualTo(1 << 20);
      assertThat(bytes(request.channelInfo())).isEqualTo(DESCRIPTOR);
    }

    @Test
    void shouldRefuseTransformWhenRequestNamesIt() {
      byte[] message = GoldenMessage.bytes("read-request-rdma");
      message[100] = (byte) Channel.RDMA_TRANSFORM.code();

      assertReadRefused(message, "Channel");
    }

    @Test
    void shouldRefuseWhenChannelHasNoDescriptors() {
      byte[] message = GoldenMessage.bytes("read-request-rdma");
      message[110] = 0;

      assertReadRefused(message, "ReadChannelInfoLength");
    }

    @Test
    void shouldRefuseWhenDescriptorsOverlapFixedPart() {
      byte[] message = GoldenMessage.bytes("read-request-rdma");
      message[108] = 111;

      assertReadRefused(message, "ReadChannelInfoOffset");
    }

    @Test
    void shouldKeepLengthsUnsignedWhenTopBitIsSet() throws MalformedMessageException {
      byte[] message = GoldenMessage.bytes("read-request");
      message[71] = (byte) 0xFF;

      assertThat(ReadRequestCodec.decode(GoldenMessage.reader(message)).lengthBytes())
          .isEqualTo(0xFF10_0000L);
    }

    @Test
    void shouldFindPayloadWhenResponseIsDecoded() throws MalformedMessageException {
      MessageReader in = GoldenMessage.reader("read-response");
      ReadResponse response = ReadResponseCodec.decode(in);

      assertThat(response).isEqualTo(ReadResponse.inline(4));
      assertThat(bytes(ReadResponseCodec.payload(in, response))).isEqualTo(PAYLOAD);
    }

    @Test
    void shouldRefuseResponseWhenPayloadPassesMessageEnd() {
      byte[] message = GoldenMessage.bytes("read-response");
      message[71] = (byte) 0x80;

      assertThatThrownBy(() -> ReadResponseCodec.decode(GoldenMessage.reader(message)))
          .hasMessageContaining("DataOffset");
    }

    @Test
    void shouldRefuseResponseWhenPayloadOverlapsFixedPart() {
      byte[] message = GoldenMessage.bytes("read-response");
      message[66] = 79;

      assertThatThrownBy(() -> ReadResponseCodec.decode(GoldenMessage.reader(message)))
          .hasMessageContaining("DataOffset");
    }

    @Test
    void shouldEncodeUpToPayloadOnly() {
      MessageWriter out = new MessageWriter();
      ReadResponseCodec.encode(ReadResponse.inline(8 << 20), out);

      assertThat(out.length()).isEqualTo(ReadResponse.PAYLOAD_OFFSET);
    }

    @Test
    void shouldThrowWhenPayloadIsToBeElsewhere() {
      assertThatThrownBy(
              () -> ReadResponseCodec.encode(new ReadResponse(88, 4, 0, 0), new MessageWriter()))
          .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertReadRefused(byte[] message, String field) {
      assertThatThrownBy(() -> ReadRequestCodec.decode(GoldenMessage.reader(message)))
          .isInstanceOfSatisfying(
              MalformedMessageException.class, e -> assertThat(e.field()).isEqualTo(field));
    }
  }

  @Nested
  class Write {
    @Test
    void shouldFindPayloadWhenRequestIsDecoded() throws MalformedMessageException {
      MessageReader in = GoldenMessage.reader("write-request");
      WriteRequest request = WriteRequestCodec.decode(in);

      assertThat(request.offset()).isEqualTo(65_536);
      assertThat(request.fileId()).isEqualTo(FILE_ID);
      assertThat(request.channel()).isEqualTo(Channel.NONE);
      assertThat(request.writeThrough()).isTrue();
      assertThat(bytes(WriteRequestCodec.payload(in, request))).isEqualTo(PAYLOAD);
    }

    @Test
    void shouldGiveDescriptorsWhenRequestHasChannel() throws MalformedMessageException {
      MessageReader in = GoldenMessage.reader("write-request-rdma");
      WriteRequest request = WriteRequestCodec.decode(in);

      assertThat(request.channel()).isEqualTo(Channel.RDMA_V1);
      assertThat(request.remainingBytes()).isEqualTo(1 << 20);
      assertThat(bytes(request.channelInfo())).isEqualTo(DESCRIPTOR);
      assertThat(WriteRequestCodec.payload(in, request).byteSize()).isZero();
    }

    @Test
    void shouldRefuseWhenChannelAndPayloadAreBothThere() {
      byte[] offset = GoldenMessage.bytes("write-request-rdma");
      offset[66] = 112;
      byte[] length = GoldenMessage.bytes("write-request-rdma");
      length[68] = 1;

      assertWriteRefused(offset, "DataOffset");
      assertWriteRefused(length, "Length");
    }

    /** [MS-SMB2] 3.3.5.13: at 0x100 and above its edge. */
    @Test
    void shouldRefuseWhenDataOffsetIsBeyondItsLimit() throws MalformedMessageException {
      byte[] message = java.util.Arrays.copyOf(GoldenMessage.bytes("write-request"), 512);
      message[66] = 0;
      message[67] = 1;
      assertThat(WriteRequestCodec.decode(GoldenMessage.reader(message)).dataOffset())
          .isEqualTo(0x100);
      message[66] = 1;

      assertWriteRefused(message, "DataOffset");
    }

    @Test
    void shouldRefuseWhenPayloadOverlapsFixedPart() {
      byte[] message = GoldenMessage.bytes("write-request");
      message[66] = 111;

      assertWriteRefused(message, "DataOffset");
    }

    @Test
    void shouldRefuseWhenChannelIsUnknown() {
      byte[] message = GoldenMessage.bytes("write-request");
      message[96] = 4;

      assertWriteRefused(message, "Channel");
    }

    @Test
    void shouldEncodeUpToPayloadOnly() {
      MessageWriter out = new MessageWriter();
      WriteRequestCodec.encode(WriteRequest.inline(FILE_ID, 0, 8 << 20, 0), out);

      assertThat(out.length()).isEqualTo(WriteRequest.PAYLOAD_OFFSET);
    }

    @Test
    void shouldThrowWhenPayloadAndDescriptorsAreBothGiven() {
      WriteRequest request =
          new WriteRequest(
              WriteRequest.PAYLOAD_OFFSET,
              4,
              0,
              FILE_ID,
              Channel.RDMA_V1,
              4,
              MemorySegment.ofArray(DESCRIPTOR),
              0);

      assertThatThrownBy(() -> WriteRequestCodec.encode(request, new MessageWriter()))
          .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldGiveCountWhenResponseIsDecoded() throws MalformedMessageException {
      assertThat(WriteResponseCodec.decode(GoldenMessage.reader("write-response")))
          .isEqualTo(new WriteResponse(1 << 20));
    }

    private static void assertWriteRefused(byte[] message, String field) {
      assertThatThrownBy(() -> WriteRequestCodec.decode(GoldenMessage.reader(message)))
          .isInstanceOfSatisfying(
              MalformedMessageException.class, e -> assertThat(e.field()).isEqualTo(field));
    }
  }

  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }
}
