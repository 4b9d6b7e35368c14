package org.sealane.deploy.config;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A way for lanes to travel, as configured and as open: {@code tcp}, {@code rdma:software}, {@code
 * rdma:rdma-core} or {@code rdma:rdma-core:DEVICE}.
 *
 * @param device the device that is pinned; empty for the one that fits the lane address
 */
public record LaneTransport(Carrier carrier, Optional<String> device) {
  public static final LaneTransport TCP = new LaneTransport(Carrier.TCP, Optional.empty());
  public static final LaneTransport RDMA_SOFTWARE =
      new LaneTransport(Carrier.RDMA_SOFTWARE, Optional.empty());
  public static final LaneTransport RDMA_CORE =
      new LaneTransport(Carrier.RDMA_CORE, Optional.empty());

  /** The kernel's names of devices have 63 characters at most. */
  private static final String DEVICE_NAME = "[A-Za-z0-9][A-Za-z0-9_.-]{0,62}";

  /** What carries the bytes. */
  public enum Carrier {
    TCP("tcp"),
    /** SMB Direct between processes of one host, an emulation. */
    RDMA_SOFTWARE("rdma:software"),
    /** SMB Direct through an adapter, or the kernel's Soft-RoCE. */
    RDMA_CORE("rdma:rdma-core");

    private final String word;

    Carrier(String word) {
      this.word = word;
    }

    private boolean hasDevices() {
      return this == RDMA_CORE;
    }
  }

  public LaneTransport {
    if (device.isPresent() && !carrier.hasDevices()) {
      throw new IllegalArgumentException(carrier.word + " has no devices to name");
    }
  }

  /** The same on a device. */
  public LaneTransport on(String name) {
    return new LaneTransport(carrier, Optional.of(name));
  }

  /**
   * The transport of a word of the configuration.
   *
   * @throws IllegalArgumentException which says what is accepted
   */
  static LaneTransport parse(String text) {
    for (Carrier carrier : Carrier.values()) {
      if (text.equals(carrier.word)) {
        return new LaneTransport(carrier, Optional.empty());
      }
      if (text.startsWith(carrier.word + ":")) {
        String device = text.substring(carrier.word.length() + 1);
        if (carrier.hasDevices() && !device.matches(DEVICE_NAME)) {
          throw new IllegalArgumentException("'" + device + "' is not the name of a device");
        }
        return new LaneTransport(carrier, Optional.of(device));
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not one of " + words());
  }

  /** What the configuration accepts. */
  static String words() {
    return Arrays.stream(Carrier.values())
        .map(carrier -> carrier.hasDevices() ? carrier.word + "[:DEVICE]" : carrier.word)
        .collect(Collectors.joining(", "));
  }

  /** The word in the configuration and in status. */
  public String word() {
    return device.map(name -> carrier.word + ":" + name).orElse(carrier.word);
  }
}
