package org.sealane.smb.io.fscc;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * Codec of NETWORK_INTERFACE_INFO, the answer to FSCTL_QUERY_NETWORK_INTERFACE_INFO, [MS-SMB2]
 * 2.2.32.5: a chain of entries with a SOCKADDR_STORAGE each.
 */
public final class NetworkInterfaceCodec {
  /** Bytes of one entry, fixed by the SOCKADDR_STORAGE in it. */
  static final int ENTRY_LENGTH = 152;

  /** More entries than this are refused: a server has a few interfaces with a few addresses. */
  static final int ENTRIES_MAX = 256;

  private static final int NEXT_OFFSET = 0;
  private static final int IF_INDEX_OFFSET = 4;
  private static final int CAPABILITY_OFFSET = 8;
  private static final int LINK_SPEED_OFFSET = 16;
  private static final int FAMILY_OFFSET = 24;
  private static final int IPV4_ADDRESS_OFFSET = 28;
  private static final int IPV4_LENGTH = 4;
  private static final int IPV6_ADDRESS_OFFSET = 32;
  private static final int IPV6_LENGTH = 16;

  private static final int RSS_CAPABLE = 1;
  private static final int RDMA_CAPABLE = 2;
  private static final int FAMILY_INTER_NETWORK = 0x0002;
  private static final int FAMILY_INTER_NETWORK_V6 = 0x0017;

  private NetworkInterfaceCodec() {}

  /**
   * Writes from the start of {@code out} as many entries as fit {@code maxBytes}, and returns how
   * many it wrote.
   */
  public static int encode(List<NetworkInterface> interfaces, long maxBytes, MessageWriter out) {
    int count = (int) Math.min(interfaces.size(), maxBytes / ENTRY_LENGTH);
    for (int i = 0; i < count; i++) {
      int start = i * ENTRY_LENGTH;
      out.padTo(start + ENTRY_LENGTH);
      encode(interfaces.get(i), out, start);
      out.i32(start + NEXT_OFFSET, i == count - 1 ? 0 : ENTRY_LENGTH);
    }
    return count;
  }

  private static void encode(NetworkInterface entry, MessageWriter out, int start) {
    int capability = (entry.rss() ? RSS_CAPABLE : 0) | (entry.rdma() ? RDMA_CAPABLE : 0);
    boolean ipv4 = entry.address() instanceof Inet4Address;
    out.i32(start + IF_INDEX_OFFSET, entry.index())
        .i32(start + CAPABILITY_OFFSET, capability)
        .i64(start + LINK_SPEED_OFFSET, entry.linkBitsPerSecond())
        .u16(start + FAMILY_OFFSET, ipv4 ? FAMILY_INTER_NETWORK : FAMILY_INTER_NETWORK_V6)
        .bytes(
            start + (ipv4 ? IPV4_ADDRESS_OFFSET : IPV6_ADDRESS_OFFSET),
            entry.address().getAddress());
  }

  /**
   * Reads all entries of the buffer that {@code in} is; an empty one has none. Entries with index 0
   * or of an unknown address family are left out, as the client's rules say, [MS-SMB2] 3.2.5.14.11.
   */
  public static List<NetworkInterface> decode(MessageReader in) throws MalformedMessageException {
    List<NetworkInterface> interfaces = new ArrayList<>();
    if (in.length() == 0) {
      return interfaces;
    }
    long start = 0;
    for (int count = 1; ; count++) {
      if (count > ENTRIES_MAX) {
        throw new MalformedMessageException("Next", start, ENTRIES_MAX + " entries at most", count);
      }
      decode(in, start, interfaces);
      long next = in.u32("Next", start + NEXT_OFFSET);
      if (next == 0) {
        return interfaces;
      }
      // An entry is never shorter, so a hostile chain ends and entries never overlap.
      if (next < ENTRY_LENGTH || next % Long.BYTES != 0) {
        throw new MalformedMessageException(
            "Next", start, "0 or a multiple of 8 from " + ENTRY_LENGTH, next);
      }
      start += next;
    }
  }

  private static void decode(MessageReader in, long start, List<NetworkInterface> interfaces)
      throws MalformedMessageException {
    in.require("entry", start, ENTRY_LENGTH);
    int index = in.i32("IfIndex", start + IF_INDEX_OFFSET);
    int capability = in.i32("Capability", start + CAPABILITY_OFFSET);
    long linkSpeed = in.i64("LinkSpeed", start + LINK_SPEED_OFFSET);
    if (linkSpeed < 0) {
      throw new MalformedMessageException(
          "LinkSpeed", start + LINK_SPEED_OFFSET, "63 bits at most", linkSpeed);
    }
    byte[] address =
        switch (in.u16("Family", start + FAMILY_OFFSET)) {
          case FAMILY_INTER_NETWORK ->
              in.bytes("IPv4Address", start + IPV4_ADDRESS_OFFSET, IPV4_LENGTH);
          case FAMILY_INTER_NETWORK_V6 ->
              in.bytes("IPv6Address", start + IPV6_ADDRESS_OFFSET, IPV6_LENGTH);
          default -> new byte[0];
        };
    if (index == 0 || address.length == 0) {
      return;
    }
    interfaces.add(
        new NetworkInterface(
            index,
            (capability & RSS_CAPABLE) != 0,
            (capability & RDMA_CAPABLE) != 0,
            linkSpeed,
            inetAddress(address)));
  }

  private static InetAddress inetAddress(byte[] address) {
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 and 16 bytes are addresses", e);
    }
  }
}
