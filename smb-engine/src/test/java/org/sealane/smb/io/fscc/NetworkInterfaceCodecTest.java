package org.sealane.smb.io.fscc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealane.smb.io.fscc.Structures.compact;
import static org.sealane.smb.io.fscc.Structures.hex;
import static org.sealane.smb.io.fscc.Structures.reader;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Golden bytes are laid out by hand from [MS-SMB2] 2.2.32.5. */
class NetworkInterfaceCodecTest {
  private static final String IPV4_ENTRY =
      "98000000 07000000 02000000 00000000 00e40b5402000000"
          + "0200 0000 7f000001 0000000000000000"
          + "00".repeat(112);
  private static final String IPV6_ENTRY =
      "00000000 07000000 01000000 00000000 00ca9a3b00000000"
          + "1700 0000 00000000 fe800000000000000000000000000001 00000000"
          + "00".repeat(100);

  private static final NetworkInterface IPV4 =
      new NetworkInterface(7, false, true, 10_000_000_000L, address("127.0.0.1"));
  private static final NetworkInterface IPV6 =
      new NetworkInterface(7, true, false, 1_000_000_000L, address("fe80::1"));

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldWriteTheBytesOfTheSpecificationAndReadThemBack() throws MalformedMessageException {
    MessageWriter out = new MessageWriter();

    assertThat(NetworkInterfaceCodec.encode(List.of(IPV4, IPV6), 65_536, out)).isEqualTo(2);

    assertThat(hex(out)).isEqualTo(compact(IPV4_ENTRY + IPV6_ENTRY));
    assertThat(NetworkInterfaceCodec.decode(new MessageReader(out.written())))
        .containsExactly(IPV4, IPV6);
  }

  @Test
  void shouldTellWhatFitsWhenTheBufferIsSmall() throws MalformedMessageException {
    MessageWriter out = new MessageWriter();

    assertThat(NetworkInterfaceCodec.encode(List.of(IPV4, IPV6), 303, out)).isEqualTo(1);

    assertThat(NetworkInterfaceCodec.decode(new MessageReader(out.written())))
        .containsExactly(IPV4);
    assertThat(NetworkInterfaceCodec.encode(List.of(IPV4), 151, new MessageWriter())).isZero();
  }

  @Test
  void shouldReadNothingWhenThereIsNothing() throws MalformedMessageException {
    assertThat(NetworkInterfaceCodec.decode(reader(""))).isEmpty();
  }

  @Test
  void shouldLeaveOutEntriesWithoutIndexOrOfAnUnknownFamily() throws MalformedMessageException {
    String withoutIndex = IPV6_ENTRY.replaceFirst("07000000", "00000000");
    String unknownFamily = IPV6_ENTRY.replaceFirst("1700 0000", "1100 0000");

    assertThat(NetworkInterfaceCodec.decode(reader(IPV4_ENTRY + withoutIndex)))
        .containsExactly(IPV4);
    assertThat(NetworkInterfaceCodec.decode(reader(IPV4_ENTRY + unknownFamily)))
        .containsExactly(IPV4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"90000000", "99000000", "ffffffff", "a0000000"})
  void shouldRefuseWhenTheChainOverlapsIsUnalignedOrLeavesTheBuffer(String next) {
    String entries = next + IPV4_ENTRY.substring(8) + IPV6_ENTRY;

    assertThatThrownBy(() -> NetworkInterfaceCodec.decode(reader(entries)))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void shouldRefuseEveryTruncation() {
    String whole = compact(IPV6_ENTRY);
    for (int bytes = 1; bytes < NetworkInterfaceCodec.ENTRY_LENGTH; bytes++) {
      MessageReader cut = reader(whole.substring(0, 2 * bytes));
      assertThatThrownBy(() -> NetworkInterfaceCodec.decode(cut))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void shouldRefuseALinkSpeedOfSixtyFourBits() {
    String fast = IPV6_ENTRY.replaceFirst("00ca9a3b00000000", "00000000000000ff");

    assertThatThrownBy(() -> NetworkInterfaceCodec.decode(reader(fast)))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void shouldRefuseMoreEntriesThanTheLimit() throws MalformedMessageException {
    int limit = NetworkInterfaceCodec.ENTRIES_MAX;

    assertThat(NetworkInterfaceCodec.decode(entries(limit))).hasSize(limit);
    assertThatThrownBy(() -> NetworkInterfaceCodec.decode(entries(limit + 1)))
        .isInstanceOf(MalformedMessageException.class);
  }

  private static MessageReader entries(int count) {
    MessageWriter out = new MessageWriter();
    NetworkInterfaceCodec.encode(Collections.nCopies(count, IPV4), Long.MAX_VALUE, out);
    return new MessageReader(out.written());
  }
}
