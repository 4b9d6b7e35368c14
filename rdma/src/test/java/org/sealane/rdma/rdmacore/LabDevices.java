package org.sealane.rdma.rdmacore;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * The two devices of the virtual machine in {@code deploy/lab}: A connects from {@code
 * sealane.lab.a} by {@code rxe0}, B listens on {@code sealane.lab.b} with {@code rxe1}.
 */
public final class LabDevices {
  public static final Optional<String> CLIENT = Optional.of("rxe0");
  public static final Optional<String> SERVER = Optional.of("rxe1");

  private LabDevices() {}

  /** Where the server listens, on a free port. */
  public static InetSocketAddress server() {
    return new InetSocketAddress(System.getProperty("sealane.lab.b"), 0);
  }
}
