package org.sealane.rdma.rdmacore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocketAddressesTest {
  /** Bytes as {@code linux/in.h} and {@code linux/in6.h} lay them out on little-endian machines. */
  @ParameterizedTest
  @CsvSource({
    "10.2.0.1, 445, 020001bd0a020001" + "0000000000000000" + "000000000000000000000000",
    "fd00::1:2, 5445, 0a00154500000000" + "fd000000000000000000000000010002" + "00000000"
  })
  void shouldLayAddressesOutAsTheKernelWantsThem(String host, int port, String hex)
      throws Exception {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), port);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(SocketAddresses.BYTES);
      SocketAddresses.write(address, bytes);

      assertThat(HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE))).isEqualTo(hex);
      assertThat(SocketAddresses.read(bytes)).isEqualTo(address);
    }
  }

  @Test
  void shouldRefuseWhatIsNoAddress() {
    MemorySegment bytes = MemorySegment.ofArray(new byte[SocketAddresses.BYTES]);
    assertThatThrownBy(() -> SocketAddresses.read(bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("family 0");
    assertThatThrownBy(
            () -> SocketAddresses.write(InetSocketAddress.createUnresolved("nowhere", 1), bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nowhere");
  }
}
