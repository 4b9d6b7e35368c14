package org.sealane.rdma.smbdirect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.smb.wire.MalformedMessageException;

/** Bytes of the messages as [MS-SMBD] 2.2 lays them out; the hexadecimal is written by hand. */
class SmbDirectMessagesTest {
  private static final String REQUEST =
      "00010001" + "0000" + "ff00" + "54050000" + "00200000" + "00001000";
  private static final String RESPONSE =
      "00010001"
          + "0001"
          + "0000"
          + "ff00"
          + "0a00"
          + "00000000"
          + "00008000"
          + "54050000"
          + "00200000"
          + "00001000";
  private static final String DATA =
      "ff00"
          + "0200"
          + "0100"
          + "0000"
          + "10000000"
          + "18000000"
          + "03000000"
          + "00000000"
          + "aabbcc";

  static MemorySegment bytes(String hex) {
    return MemorySegment.ofArray(HexFormat.of().parseHex(hex));
  }

  private static String hex(MemorySegment bytes) {
    return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  void shouldReadAndWriteANegotiateRequest() throws Exception {
    NegotiateRequest request = new NegotiateRequest(0x100, 0x100, 255, 1364, 8192, 1 << 20);

    assertThat(hex(NegotiateRequestCodec.encode(request))).isEqualTo(REQUEST);
    assertThat(NegotiateRequestCodec.decode(bytes(REQUEST))).isEqualTo(request);
  }

  @Test
  void shouldReadAndWriteANegotiateResponse() throws Exception {
    NegotiateResponse response =
        new NegotiateResponse(0x100, 0x100, 0x100, 255, 10, 0, 8 << 20, 1364, 8192, 1 << 20);

    assertThat(hex(NegotiateResponseCodec.encode(response))).isEqualTo(RESPONSE);
    assertThat(NegotiateResponseCodec.decode(bytes(RESPONSE))).isEqualTo(response);
  }

  @Test
  void shouldReadAndWriteADataTransfer() throws Exception {
    DataTransfer header = new DataTransfer(255, 2, true, 16, 24, 3);
    MemorySegment out = MemorySegment.ofArray(new byte[27]);
    out.fill((byte) 0xEE);
    out.asSlice(24, 3).copyFrom(bytes("aabbcc"));
    DataTransferCodec.encode(header, out);

    assertThat(hex(out)).isEqualTo(DATA);
    assertThat(DataTransferCodec.decode(bytes(DATA))).isEqualTo(header);
    assertThat(header.messageBytes()).isEqualTo(27);
  }

  @Test
  void shouldWriteTwentyBytesWhenADataTransferHasNoData() throws Exception {
    DataTransfer header = new DataTransfer(255, 2, false, 0, 0, 0);
    MemorySegment out = MemorySegment.ofArray(new byte[header.messageBytes()]);
    DataTransferCodec.encode(header, out);

    assertThat(hex(out)).isEqualTo("ff00" + "0200" + "00".repeat(16));
    assertThat(DataTransferCodec.decode(out)).isEqualTo(header);
  }

  @ParameterizedTest
  @CsvSource({
    // credits, remaining, offset, length, message bytes, the field that is wrong
    "0, 0, 24, 3, 27, CreditsRequested",
    "1, 0, 20, 3, 27, DataOffset",
    "1, 0, 16, 3, 27, DataOffset",
    "1, 0, 0, 3, 27, DataOffset",
    "1, 0, 24, 4, 27, Data",
    "1, 0, 32, 1, 27, Data",
    "1, 0, 4294967288, 3, 27, Data",
    "1, 0, 24, 4294967295, 27, Data",
    "1, 5, 24, 0, 27, RemainingDataLength",
    "1, 0, 0, 0, 19, DataTransfer",
  })
  void shouldRefuseADataTransferWhenAFieldIsWrong(
      int credits, long remaining, long offset, long length, int messageBytes, String field) {
    MemorySegment message = MemorySegment.ofArray(new byte[messageBytes]);
    MemorySegment whole = MemorySegment.ofArray(new byte[64]);
    whole.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) credits);
    whole.set(ValueLayout.JAVA_INT_UNALIGNED, 8, (int) remaining);
    whole.set(ValueLayout.JAVA_INT_UNALIGNED, 12, (int) offset);
    whole.set(ValueLayout.JAVA_INT_UNALIGNED, 16, (int) length);
    message.copyFrom(whole.asSlice(0, messageBytes));

    assertThatThrownBy(() -> DataTransferCodec.decode(message))
        .isInstanceOfSatisfying(
            MalformedMessageException.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  @Test
  void shouldRefuseANegotiationMessageWhenItIsCutShort() {
    assertThatThrownBy(
            () -> NegotiateRequestCodec.decode(bytes(REQUEST).asSlice(0, REQUEST.length() / 2 - 1)))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() ->
            NegotiateResponseCodec.decode(bytes(RESPONSE).asSlice(0, RESPONSE.length() / 2 - 1)))
        .isInstanceOf(MalformedMessageException.class);
  }
}
