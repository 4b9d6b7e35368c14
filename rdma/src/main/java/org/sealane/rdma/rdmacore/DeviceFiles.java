package org.sealane.rdma.rdmacore;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the kernel's files below {@code /sys/class/infiniband} tell of a device. */
final class DeviceFiles {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceFiles.class);
  private static final Path DEVICES = Path.of("/sys/class/infiniband");

  private final Path device;

  DeviceFiles(String name) {
    this.device = DEVICES.resolve(name);
  }

  /** True for Soft-RoCE and its like, behind which there is no adapter. */
  boolean isVirtual() throws IOException {
    return device.toRealPath().startsWith("/sys/devices/virtual");
  }

  /** The addresses of the device's network interfaces, by which the connection manager routes. */
  List<InetAddress> addresses() throws IOException {
    Set<String> names = new LinkedHashSet<>();
    readInto(names, device.resolve("parent"));
    try (Stream<Path> found = list(device.resolve("ports"))) {
      for (Path port : found.toList()) {
        try (Stream<Path> entries = list(port.resolve("gid_attrs/ndevs"))) {
          entries.forEach(entry -> readInto(names, entry));
        }
      }
    }
    try (Stream<Path> found = list(device.resolve("device/net"))) {
      found.forEach(path -> names.add(path.getFileName().toString()));
    }
    List<InetAddress> addresses = new ArrayList<>();
    for (String name : names) {
      NetworkInterface network = NetworkInterface.getByName(name);
      if (network != null) {
        network.inetAddresses().forEach(addresses::add);
      }
    }
    return List.copyOf(addresses);
  }

  private static Stream<Path> list(Path directory) throws IOException {
    return Files.isDirectory(directory) ? Files.list(directory) : Stream.empty();
  }

  private static void readInto(Set<String> names, Path file) {
    try {
      String name = Files.exists(file) ? Files.readString(file).strip() : "";
      if (!name.isEmpty()) {
        names.add(name);
      }
    } catch (IOException e) {
      // An entry of a table that is not in use can not be read.
      LOG.trace("rdma rdma-core: nothing in {}", file, e);
    }
  }
}
