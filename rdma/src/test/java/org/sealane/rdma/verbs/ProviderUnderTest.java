package org.sealane.rdma.verbs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.sealane.rdma.rdmacore.RdmaCoreProvider;
import org.sealane.rdma.software.SoftwareProvider;
import org.sealane.rdma.software.SoftwareSettings;

/**
 * The provider that tests run on. {@code -Dsealane.rdma.provider=rdma-core} takes the two devices
 * of the virtual machine of {@code deploy/lab}, {@code rxe0} with the address {@code sealane.lab.a}
 * for who connects and {@code rxe1} with the address {@code sealane.lab.b} for who listens.
 *
 * @param clientDevice the device that connects
 * @param serverDevice the device that listens
 * @param client the address of the device that connects, with a free port
 * @param server where the other listens, on a free port
 */
public record ProviderUnderTest(
    VerbsProvider provider,
    Optional<String> clientDevice,
    Optional<String> serverDevice,
    InetSocketAddress client,
    InetSocketAddress server) {

  /**
   * The one that the process was started with.
   *
   * @param directory for what {@code software} shares
   */
  public static ProviderUnderTest selected(Path directory) {
    String name = System.getProperty("sealane.rdma.provider", "software");
    return switch (name) {
      case "software" ->
          new ProviderUnderTest(
              new SoftwareProvider(SoftwareSettings.in(directory)),
              Optional.empty(),
              Optional.empty(),
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      case "rdma-core" ->
          new ProviderUnderTest(
              new RdmaCoreProvider(),
              Optional.of("rxe0"),
              Optional.of("rxe1"),
              new InetSocketAddress(System.getProperty("sealane.lab.a"), 0),
              new InetSocketAddress(System.getProperty("sealane.lab.b"), 0));
      default -> throw new IllegalArgumentException("no provider " + name);
    };
  }

  /** True if what is open shows in files of the directory. */
  public boolean sharesFiles() {
    return provider instanceof SoftwareProvider;
  }

  /**
   * False for Soft-RoCE of Linux 6.1, which holds a peer to the region that a window is bound to
   * and not to the window.
   */
  public boolean holdsWindowBounds() {
    return serverDevice.stream().noneMatch(device -> device.startsWith("rxe"));
  }

  public Verbs openClient() throws VerbsException {
    return provider.open(clientDevice);
  }

  public Verbs openServer() throws VerbsException {
    return provider.open(serverDevice);
  }

  /** What the kernel holds for devices, line by line; empty where it holds nothing. */
  String kernelResources() throws IOException, InterruptedException {
    if (sharesFiles()) {
      return "";
    }
    Process listing = new ProcessBuilder("rdma", "resource", "show").start();
    String lines = new String(listing.getInputStream().readAllBytes());
    if (listing.waitFor() != 0) {
      throw new IOException("rdma resource show failed");
    }
    return lines;
  }
}
