package org.sealane.rdma.rdmacore;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.sealane.rdma.disni.DisniExtensions.Device;
import org.sealane.rdma.disni.DisniExtensions.Devices;
import org.sealane.rdma.disni.DisniVerbs;
import org.sealane.rdma.disni.ErrnoException;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.rdma.verbs.VerbsException;
import org.sealane.rdma.verbs.VerbsProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The provider {@code rdma-core}: every device that the kernel's verbs and librdmacm reach. */
public final class RdmaCoreProvider implements VerbsProvider {
  private static final Logger LOG = LoggerFactory.getLogger(RdmaCoreProvider.class);

  static final String NAME = "rdma-core";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Probe> probe() {
    try (Devices opened = CoreDriver.install().extensions().openDevices()) {
      List<Probe> found =
          opened.devices().stream()
              .map(device ->
                  device.active()
                      ? (Probe) new Probe.Found(NAME, device.attributes())
                      : new Probe.Absent(
                          NAME, "device " + device.attributes().device() + " has no active port"))
              .toList();
      return found.isEmpty() ? List.of(new Probe.Absent(NAME, "no device")) : found;
    } catch (IOException e) {
      return List.of(new Probe.Absent(NAME, reason(e)));
    }
  }

  /**
   * The device of the network interface that has an address; empty if there is none, as for a
   * wildcard, or no device can be reached.
   */
  public Optional<String> deviceOf(InetAddress address) {
    try (Devices opened = CoreDriver.install().extensions().openDevices()) {
      return opened.devices().stream()
          .filter(device -> device.active() && device.addresses().contains(address))
          .map(device -> device.attributes().device())
          .findFirst();
    } catch (IOException e) {
      LOG.debug("rdma rdma-core: no device of {}: {}", address, reason(e));
      return Optional.empty();
    }
  }

  private static String reason(IOException e) {
    return e instanceof ErrnoException errno && errno.errno() == ErrnoException.ENODEV
        ? "no device, or its kernel module rdma_ucm is not loaded"
        : e.getMessage();
  }

  @Override
  public Verbs open(Optional<String> name) throws VerbsException {
    Devices opened;
    CoreDriver driver;
    try {
      driver = CoreDriver.install();
      opened = driver.extensions().openDevices();
    } catch (IOException e) {
      throw new VerbsException(VerbsException.Kind.UNSUPPORTED, reason(e), e);
    }
    try {
      Device device = choose(opened.devices(), name);
      return DisniVerbs.open(NAME, driver.extensions(), opened, device);
    } catch (VerbsException e) {
      opened.close();
      throw e;
    }
  }

  private static Device choose(List<Device> devices, Optional<String> name) throws VerbsException {
    List<String> names =
        devices.stream().map(device -> device.attributes().device()).sorted().toList();
    return devices.stream()
        .filter(device ->
            name.map(wanted -> wanted.equals(device.attributes().device())).orElse(device.active()))
        .findFirst()
        .orElseThrow(() ->
            new VerbsException(
                VerbsException.Kind.UNSUPPORTED,
                name.map(wanted ->
                        "there is no device %s; there are: %s"
                            .formatted(wanted, String.join(", ", names)))
                    .orElse("no device with an active port")));
  }
}
