package org.sealane.smb.io.fscc;

import java.net.InetAddress;
import java.util.Objects;

/**
 * One address of a server that a client may connect to, [MS-SMB2] 2.2.32.5. An interface with
 * several addresses has one of these for each, all with its index.
 *
 * @param index the interface's index, not 0: entries without one are not told
 * @param rss receive-side scaling: several TCP connections are worth opening
 * @param rdma SMB Direct may be spoken with this address
 * @param linkBitsPerSecond what the link carries; never negative
 * @param address IPv4 or IPv6
 */
public record NetworkInterface(
    int index, boolean rss, boolean rdma, long linkBitsPerSecond, InetAddress address) {

  public NetworkInterface {
    Objects.requireNonNull(address);
    if (index == 0) {
      throw new IllegalArgumentException("an interface's index is not 0");
    }
    if (linkBitsPerSecond < 0) {
      throw new IllegalArgumentException("link speed " + linkBitsPerSecond + " is negative");
    }
  }
}
