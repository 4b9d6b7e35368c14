package org.sealane.rdma.verbs;

import java.util.List;
import java.util.Optional;

/** A way to reach RDMA devices. Stateless; any thread may call. */
public interface VerbsProvider {
  /** The name in configuration, status and reports. */
  String name();

  /**
   * Looks for devices. Never throws for want of a library, module or device: that is a {@link
   * Probe.Absent}. One element for each device, or one that says why there is none.
   */
  List<Probe> probe();

  /**
   * Opens a device.
   *
   * @param device its name; empty for the first that {@link #probe} finds
   */
  Verbs open(Optional<String> device) throws VerbsException;

  /** What a look for devices found. */
  sealed interface Probe {
    /** The provider that looked. */
    String provider();

    /** One line for the log. */
    String line();

    /** A device that can be opened. */
    record Found(String provider, DeviceAttributes attributes) implements Probe {
      @Override
      public String line() {
        return "rdma provider=%s device=%s emulated=%s windows=%s"
            .formatted(
                provider, attributes.device(), attributes.emulated(), attributes.memoryWindows());
      }
    }

    /** No device. */
    record Absent(String provider, String reason) implements Probe {
      @Override
      public String line() {
        return "rdma provider=%s absent: %s".formatted(provider, reason);
      }
    }
  }
}
