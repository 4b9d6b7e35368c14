package org.sealane.smb.io;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of a chain of {@link NetworkInterfaceInfo}, [MS-SMB2] 2.2.32.5. */
public final class NetworkInterfaceInfoCodec {
  /** Bytes of one entry; the next begins at a multiple of eight. */
  public static final int ENTRY_BYTES = 152;

  private static final int ALIGNMENT = 8;
  private static final int INDEX_OFFSET = 4;
  private static final int CAPABILITY_OFFSET = 8;
  private static final int LINK_SPEED_OFFSET = 16;
  private static final int FAMILY_OFFSET = 24;
  private static final int IPV4_ADDRESS_OFFSET = 28;
  private static final int IPV6_ADDRESS_OFFSET = 32;
  private static final int INTER_NETWORK = 0x0002;
  private static final int INTER_NETWORK_V6 = 0x0017;

  private NetworkInterfaceInfoCodec() {}

  /**
   * Reads the IOCTL's output buffer that {@code in} covers. Entries of other address families, and
   * of index 0, which names no interface, are left out.
   */
  public static List<NetworkInterfaceInfo> decode(MessageReader in)
      throws MalformedMessageException {
    List<NetworkInterfaceInfo> entries = new ArrayList<>();
    long at = 0;
    for (int i = 0; in.length() > 0; i++) {
      if (i == NetworkInterfaceInfo.COUNT_MAX) {
        throw new MalformedMessageException(
            "Next", at, "at most " + NetworkInterfaceInfo.COUNT_MAX + " entries", i + 1);
      }
      in.require("NETWORK_INTERFACE_INFO", at, ENTRY_BYTES);
      entry(in, at).ifPresent(entries::add);
      long next = in.u32("Next", at);
      if (next == 0) {
        break;
      }
      if (next < ENTRY_BYTES || next % ALIGNMENT != 0) {
        throw new MalformedMessageException("Next", at, "0, or a multiple of 8 from 152 on", next);
      }
      at += next;
    }
    return List.copyOf(entries);
  }

  private static Optional<NetworkInterfaceInfo> entry(MessageReader in, long at)
      throws MalformedMessageException {
    int index = in.i32("IfIndex", at + INDEX_OFFSET);
    int family = in.u16("Family", at + FAMILY_OFFSET);
    if (index == 0 || family != INTER_NETWORK && family != INTER_NETWORK_V6) {
      return Optional.empty();
    }
    byte[] address =
        family == INTER_NETWORK
            ? in.bytes("Address", at + IPV4_ADDRESS_OFFSET, NetworkInterfaceInfo.IPV4_BYTES)
            : in.bytes("Address", at + IPV6_ADDRESS_OFFSET, NetworkInterfaceInfo.IPV6_BYTES);
    return Optional.of(
        new NetworkInterfaceInfo(
            index,
            in.i32("Capability", at + CAPABILITY_OFFSET),
            in.i64("LinkSpeed", at + LINK_SPEED_OFFSET),
            address));
  }

  public static void encode(List<NetworkInterfaceInfo> entries, MessageWriter out) {
    if (entries.size() > NetworkInterfaceInfo.COUNT_MAX) {
      throw new IllegalArgumentException(entries.size() + " interfaces");
    }
    for (int i = 0; i < entries.size(); i++) {
      NetworkInterfaceInfo entry = entries.get(i);
      int at = i * ENTRY_BYTES;
      byte[] address = entry.address();
      boolean isIpv4 = address.length == NetworkInterfaceInfo.IPV4_BYTES;
      out.i32(at, i == entries.size() - 1 ? 0 : ENTRY_BYTES)
          .i32(at + INDEX_OFFSET, entry.index())
          .i32(at + CAPABILITY_OFFSET, entry.capabilities())
          .i64(at + LINK_SPEED_OFFSET, entry.linkBitsPerSecond())
          .u16(at + FAMILY_OFFSET, isIpv4 ? INTER_NETWORK : INTER_NETWORK_V6)
          .bytes(at + (isIpv4 ? IPV4_ADDRESS_OFFSET : IPV6_ADDRESS_OFFSET), address)
          .padTo(at + ENTRY_BYTES);
    }
  }
}
