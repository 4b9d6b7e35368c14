package org.sealane.smb.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

class NetworkInterfaceInfoTest {
  /** 10 Gb/s with RDMA and RSS at 192.168.7.9, and 1 Gb/s at fe80::1, as [MS-SMB2] 2.2.32.5. */
  private static final String TWO =
      "98000000"
          + "02000000"
          + "03000000"
          + "00000000"
          + "00E40B5402000000"
          + "0200"
          + "0000"
          + "C0A80709"
          + "0000000000000000"
          + "00".repeat(112)
          + "00000000"
          + "03000000"
          + "00000000"
          + "00000000"
          + "00CA9A3B00000000"
          + "1700"
          + "0000"
          + "00000000"
          + "FE800000000000000000000000000001"
          + "00000000"
          + "00".repeat(100);

  private static final List<NetworkInterfaceInfo> DECODED =
      List.of(
          new NetworkInterfaceInfo(
              2,
              NetworkInterfaceInfo.RSS_CAPABLE | NetworkInterfaceInfo.RDMA_CAPABLE,
              10_000_000_000L,
              HexFormat.of().parseHex("C0A80709")),
          new NetworkInterfaceInfo(
              3, 0, 1_000_000_000L, HexFormat.of().parseHex("FE800000000000000000000000000001")));

  private static byte[] two() {
    return HexFormat.of().parseHex(TWO);
  }

  static List<NetworkInterfaceInfo> decode(byte[] bytes) throws MalformedMessageException {
    return NetworkInterfaceInfoCodec.decode(new MessageReader(MemorySegment.ofArray(bytes)));
  }

  static byte[] encode(List<NetworkInterfaceInfo> entries) {
    MessageWriter out = new MessageWriter();
    NetworkInterfaceInfoCodec.encode(entries, out);
    return out.written().toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void shouldReadAndWriteTheSpecifiedBytes() throws Exception {
    assertThat(decode(two())).isEqualTo(DECODED);
    assertThat(encode(DECODED)).isEqualTo(two());
    assertThat(DECODED)
        .extracting(NetworkInterfaceInfo::isRdmaCapable)
        .containsExactly(true, false);
    assertThat(decode(new byte[0])).isEmpty();
  }

  @Test
  void shouldLeaveOutWhatNamesNoInterfaceOrNoAddressItKnows() throws Exception {
    byte[] noIndex = two();
    noIndex[4] = 0;
    byte[] otherFamily = two();
    otherFamily[24] = 9;

    assertThat(decode(noIndex)).containsExactly(DECODED.getLast());
    assertThat(decode(otherFamily)).containsExactly(DECODED.getLast());
  }

  private static void assertRefused(byte[] bytes, String field) {
    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining(field);
  }

  @Test
  void shouldRefuseAChainThatLeadsAstray() {
    for (int next : new int[] {1, 8, 151, 156, 0xFFFF_FFF8, 160, Integer.MAX_VALUE}) {
      byte[] bytes = two();
      MemorySegment.ofArray(bytes).set(ValueLayout.JAVA_INT_UNALIGNED, 0, next);
      assertRefused(
          bytes, next == 160 || next < 0 || next % 8 == 0 && next >= 152 ? "INFO" : "Next");
    }
    for (int length = 1; length < two().length; length++) {
      byte[] cut = java.util.Arrays.copyOf(two(), length);
      assertRefused(cut, "NETWORK_INTERFACE_INFO");
    }
  }

  @Test
  void shouldTakeAndTellSoManyEntriesAndNoMore() throws Exception {
    List<NetworkInterfaceInfo> most =
        Collections.nCopies(NetworkInterfaceInfo.COUNT_MAX, DECODED.getFirst());
    assertThat(decode(encode(most))).isEqualTo(most);

    List<NetworkInterfaceInfo> tooMany =
        Collections.nCopies(NetworkInterfaceInfo.COUNT_MAX + 1, DECODED.getFirst());
    assertThatThrownBy(() -> encode(tooMany)).isInstanceOf(IllegalArgumentException.class);
    byte[] chain = new byte[tooMany.size() * NetworkInterfaceInfoCodec.ENTRY_BYTES];
    byte[] one = encode(most);
    System.arraycopy(one, 0, chain, 0, one.length);
    MemorySegment.ofArray(chain)
        .set(
            ValueLayout.JAVA_INT_UNALIGNED,
            (long) (NetworkInterfaceInfo.COUNT_MAX - 1) * NetworkInterfaceInfoCodec.ENTRY_BYTES,
            NetworkInterfaceInfoCodec.ENTRY_BYTES);
    assertRefused(chain, "Next");
  }

  @Test
  void shouldNotBeMadeWithoutAnInterfaceOrAnAddress() {
    assertThatThrownBy(() -> new NetworkInterfaceInfo(0, 0, 1, new byte[4]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new NetworkInterfaceInfo(1, 0, 1, new byte[5]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
