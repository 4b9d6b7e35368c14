package org.sealane.deploy.node;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealane.deploy.config.LaneTransport;
import org.sealane.deploy.units.HostPort;
import org.sealane.rdma.rdmacore.RdmaCoreProvider;
import org.sealane.rdma.software.SoftwareProvider;
import org.sealane.rdma.software.SoftwareSettings;
import org.sealane.rdma.transport.RdmaSettings;
import org.sealane.rdma.transport.RdmaTransport;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.rdma.verbs.VerbsException;
import org.sealane.rdma.verbs.VerbsProvider;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The RDMA transport of a node, if its configuration names one that can be opened here; and what
 * was found of others. Without one, lanes go over TCP.
 *
 * @param rdma the open transport
 * @param open what is open, with its device and TCP included, in the order of the configuration
 */
record LaneCarriers(Optional<RdmaTransport> rdma, List<LaneTransport> open) {
  private static final Logger LOG = LoggerFactory.getLogger(LaneCarriers.class);

  /**
   * Looks for devices, tells in one line each, and opens the first that is configured.
   *
   * @param lane where lanes are accepted: its interface's device is taken, else the first
   */
  static LaneCarriers open(List<LaneTransport> configured, HostPort lane, FramePool pool) {
    VerbsProvider software = new SoftwareProvider(SoftwareSettings.defaults());
    RdmaCoreProvider core = new RdmaCoreProvider();
    List.of(software, core)
        .forEach(provider -> provider.probe().forEach(found -> LOG.info("{}", found.line())));
    List<LaneTransport> open = new ArrayList<>();
    Optional<RdmaTransport> rdma = Optional.empty();
    for (LaneTransport transport : configured) {
      Optional<RdmaTransport> opened =
          switch (transport.carrier()) {
            case TCP -> Optional.empty();
            case RDMA_SOFTWARE ->
                rdma.isPresent() ? Optional.empty() : open(software, Optional.empty(), pool);
            case RDMA_CORE ->
                rdma.isPresent()
                    ? Optional.empty()
                    : open(core, transport.device().or(() -> deviceAt(core, lane)), pool);
          };
      switch (transport.carrier()) {
        case TCP -> open.add(transport);
        case RDMA_SOFTWARE -> opened.ifPresent(_ -> open.add(transport));
        case RDMA_CORE -> opened.ifPresent(made -> open.add(transport.on(made.device())));
      }
      rdma = rdma.or(() -> opened);
    }
    return new LaneCarriers(rdma, List.copyOf(open));
  }

  /**
   * Looks whether the devices that are pinned are there, and have the address of lanes.
   *
   * @throws NodeStartException which names what is wrong and what there is
   */
  static void check(List<LaneTransport> configured, HostPort lane) throws NodeStartException {
    RdmaCoreProvider core = new RdmaCoreProvider();
    for (LaneTransport transport : configured) {
      if (transport.device().isPresent()) {
        try {
          core.open(transport.device()).close();
        } catch (VerbsException e) {
          throw new NodeStartException(
              "transports: %s: %s".formatted(transport.word(), e.getMessage()), e);
        }
        requireAddress(core, transport, lane);
      }
    }
  }

  /** Peers connect to the address of lanes, and reach the device that has it. */
  private static void requireAddress(RdmaCoreProvider core, LaneTransport transport, HostPort lane)
      throws NodeStartException {
    Optional<String> at = lane.isWildcard() ? Optional.empty() : deviceAt(core, lane);
    if (at.isPresent() && !at.equals(transport.device())) {
      throw new NodeStartException(
          "transports: %s: the address of lane, %s, is one of device %s"
              .formatted(transport.word(), lane.host(), at.get()));
    }
  }

  /** A host that does not resolve has none; who listens there says so. */
  private static Optional<String> deviceAt(RdmaCoreProvider core, HostPort lane) {
    return Optional.ofNullable(lane.resolve().getAddress()).flatMap(core::deviceOf);
  }

  private static Optional<RdmaTransport> open(
      VerbsProvider provider, Optional<String> device, FramePool pool) {
    try {
      Verbs verbs = provider.open(device);
      RdmaTransport opened = new RdmaTransport(verbs, RdmaSettings.defaults(), pool);
      LOG.info("rdma provider={} device={} opened", provider.name(), verbs.attributes().device());
      return Optional.of(opened);
    } catch (VerbsException e) {
      LOG.warn(
          "rdma provider={} not opened, lanes go over TCP: {}", provider.name(), e.getMessage());
      return Optional.empty();
    }
  }

  /** Whether RDMA is open where the lane listener is reached at {@code address}. */
  boolean hasRdmaAt(InetAddress address) {
    RdmaCoreProvider core = new RdmaCoreProvider();
    return rdma.filter(
            opened -> !opened.provider().equals(core.name()) || core.deviceOf(address).isPresent())
        .isPresent();
  }

  /** The transport that lanes prefer over TCP. */
  Optional<Transport> preferred() {
    return rdma.map(opened -> opened);
  }
}
