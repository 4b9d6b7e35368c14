package org.sealane.deploy.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.io.NetworkInterfaceInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interfaces of this host at which a listener is reached: all that are up if it listens on
 * every address, else the one that has its address. Any thread may call; looks at the system.
 *
 * @param listener where it listens
 * @param hasRdma whether it is reached by RDMA at an address, too
 */
record HostInterfaces(HostPort listener, Predicate<InetAddress> hasRdma)
    implements Supplier<List<NetworkInterfaceInfo>> {
  private static final Logger LOG = LoggerFactory.getLogger(HostInterfaces.class);

  /** Said of a link whose driver does not tell, as loopback's: what Samba says, too. */
  static final long UNKNOWN_BITS_PER_SECOND = 1_000_000_000L;

  private static final long BITS_PER_MEGABIT = 1_000_000L;

  @Override
  public List<NetworkInterfaceInfo> get() {
    InetAddress wanted = listener.resolve().getAddress();
    if (wanted == null) {
      return List.of();
    }
    List<NetworkInterfaceInfo> told = new ArrayList<>();
    try {
      for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
        if (each.isUp()) {
          each.inetAddresses()
              .filter(address ->
                  wanted.isAnyLocalAddress()
                      ? !address.isLoopbackAddress()
                      : address.equals(wanted))
              .limit(NetworkInterfaceInfo.COUNT_MAX - told.size())
              .map(address -> info(each, address))
              .forEach(told::add);
        }
      }
    } catch (SocketException e) {
      LOG.warn("the interfaces of this host can not be listed: {}", e.getMessage());
    }
    return List.copyOf(told);
  }

  private NetworkInterfaceInfo info(NetworkInterface each, InetAddress address) {
    return new NetworkInterfaceInfo(
        each.getIndex(),
        hasRdma.test(address) ? NetworkInterfaceInfo.RDMA_CAPABLE : 0,
        speed(Path.of("/sys/class/net", each.getName(), "speed")),
        address.getAddress());
  }

  /** Linux tells megabits a second, -1 or an error where the driver knows none. */
  static long speed(Path file) {
    try {
      long megabits = Long.parseLong(Files.readString(file).strip());
      return megabits > 0 ? megabits * BITS_PER_MEGABIT : UNKNOWN_BITS_PER_SECOND;
    } catch (IOException | NumberFormatException e) {
      LOG.debug("{} tells no speed: {}", file, e.getMessage());
      return UNKNOWN_BITS_PER_SECOND;
    }
  }
}
