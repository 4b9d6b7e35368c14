package org.sealane.smb.io;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * One address of a server's interface, NETWORK_INTERFACE_INFO Response, [MS-SMB2] 2.2.32.5. An
 * interface with several addresses is told several times, under one index.
 *
 * @param index of the interface, not 0
 * @param capabilities {@link #RSS_CAPABLE}, {@link #RDMA_CAPABLE}; others are the peer's
 * @param linkBitsPerSecond the speed of the link, unsigned
 * @param address {@link #IPV4_BYTES} or {@link #IPV6_BYTES} in network order
 */
public record NetworkInterfaceInfo(
    int index, int capabilities, long linkBitsPerSecond, byte[] address) {
  public static final int RSS_CAPABLE = 0x0000_0001;
  public static final int RDMA_CAPABLE = 0x0000_0002;
  public static final int IPV4_BYTES = 4;
  public static final int IPV6_BYTES = 16;

  /** Addresses told or taken at most: more than any host that serves lanes has. */
  public static final int COUNT_MAX = 256;

  public NetworkInterfaceInfo {
    address = address.clone();
    if (index == 0 || address.length != IPV4_BYTES && address.length != IPV6_BYTES) {
      throw new IllegalArgumentException(
          "interface " + index + " with an address of " + address.length + " bytes");
    }
  }

  /** A copy. */
  @Override
  public byte[] address() {
    return address.clone();
  }

  public boolean isRdmaCapable() {
    return (capabilities & RDMA_CAPABLE) != 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NetworkInterfaceInfo that
        && index == that.index
        && capabilities == that.capabilities
        && linkBitsPerSecond == that.linkBitsPerSecond
        && Arrays.equals(address, that.address);
  }

  @Override
  public int hashCode() {
    return 31 * index + Arrays.hashCode(address);
  }

  @Override
  public String toString() {
    return "interface %d address %s capabilities 0x%x speed %s"
        .formatted(
            index,
            HexFormat.of().formatHex(address),
            capabilities,
            Long.toUnsignedString(linkBitsPerSecond));
  }
}
