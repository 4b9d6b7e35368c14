package org.sealane.deploy.wire;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.FileRoutes;
import org.sealane.deploy.bench.BenchRoutes;
import org.sealane.deploy.bench.BenchRoutes.DetourOrder;
import org.sealane.deploy.status.ClusterStatus;

/**
 * One look at the bytes of a volume's lane: writes a file of random canaries through a node that
 * does not own the volume, reads it back, and has every byte between the two nodes searched for
 * them. Changes no policy; the file is deleted. Blocks. Not thread-safe.
 */
public final class WireLook {
  /** What looks at the bytes. */
  public enum Point {
    /** The kernel of this host, where it is permitted and a node is on this host; else a relay. */
    BEST,
    CAPTURE,
    RELAY
  }

  private static final int CANARY_BYTES = 32;
  private static final int CANARIES = 8192;

  /** The node ends the detour to the relay after this, if the command is gone. */
  private static final int DETOUR_SECONDS_MAX = 60;

  private final AdminClient via;
  private final ClusterStatus.Node from;
  private final ClusterStatus.Node to;
  private final String volume;
  private final byte[] canary = new byte[CANARY_BYTES];
  private final byte[] control = new byte[CANARY_BYTES];
  private final String path;

  /**
   * @param via of the node {@code from}; stays the caller's
   * @param from writes and reads; live, and not the owner
   * @param to owns the volume; live
   */
  public WireLook(AdminClient via, ClusterStatus.Node from, ClusterStatus.Node to, String volume) {
    this.via = via;
    this.from = from;
    this.to = to;
    this.volume = volume;
    SecureRandom random = new SecureRandom();
    random.nextBytes(canary);
    random.nextBytes(control);
    byte[] name = new byte[8];
    random.nextBytes(name);
    this.path = "/.sealane-wire-" + HexFormat.of().formatHex(name);
  }

  /** Looks and judges. Fails if the point that was asked for is not to be had. */
  public WireVerdict look(Point point) throws AdminException, IOException {
    if (point != Point.RELAY) {
      Optional<WireVerdict> captured = captured();
      if (captured.isPresent()) {
        return captured.get();
      }
      if (point == Point.CAPTURE) {
        throw new IOException(
            "packets can not be captured here: that needs dumpcap, permission for it, and "
                + from.name()
                + " or "
                + to.name()
                + " on this host; --by relay needs none of it");
      }
    }
    return relayed();
  }

  private InetSocketAddress lane() {
    return new InetSocketAddress(to.lane().host(), to.lane().port());
  }

  private Optional<WireVerdict> captured() throws AdminException, IOException {
    InetAddress host = lane().getAddress();
    if (host == null || NetworkInterface.getByInetAddress(host) == null) {
      return Optional.empty();
    }
    String where = host.isLoopbackAddress() ? "lo" : "any";
    Optional<PacketCapture> started = PacketCapture.start(where, to.lane().port());
    if (started.isEmpty()) {
      return Optional.empty();
    }
    try (PacketCapture capture = started.get()) {
      long written = between(lane());
      PacketCapture.Result result = capture.result(canary, control, WireVerdict.CONTROLS);
      return Optional.of(
          WireVerdict.judge(
              place("packet capture by dumpcap on " + where),
              new WireVerdict.Seen(
                  written,
                  result.bytes(),
                  result.canaries(),
                  result.controls(),
                  result.dropped())));
    }
  }

  private WireVerdict relayed() throws AdminException, IOException {
    try (LaneRelay relay = LaneRelay.open(towards(from), lane(), canary, control)) {
      InetSocketAddress at = relay.address();
      detour(
          new DetourOrder(
              to.name(), at.getAddress().getHostAddress(), at.getPort(), DETOUR_SECONDS_MAX));
      long written;
      try {
        written = between(at);
      } finally {
        detour(new DetourOrder(to.name(), null, 0, null));
      }
      WireObservation seen = relay.observed();
      return WireVerdict.judge(
          place("a relay in the lane's path"),
          new WireVerdict.Seen(written, seen.bytes(), seen.canaries(), relay.controls(), 0));
    }
  }

  private WireVerdict.Place place(String capture) {
    return new WireVerdict.Place(volume, from.name(), to.name(), capture);
  }

  private void detour(DetourOrder order) throws AdminException {
    via.post(BenchRoutes.DETOUR, Map.of(), order, DetourOrder.class);
  }

  /** This host's address on the way to {@code node}; nothing is sent. */
  private static InetAddress towards(ClusterStatus.Node node) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(node.admin().host(), node.admin().port()));
      return socket.getLocalAddress();
    }
  }

  /** The canaries over the lane, there and back, between two controls by way of {@code at}. */
  private long between(InetSocketAddress at) throws AdminException, IOException {
    ControlCanary.send(at, control);
    long written = canaries();
    ControlCanary.send(at, control);
    return written;
  }

  private long canaries() throws AdminException, IOException {
    byte[] content = new byte[CANARIES * CANARY_BYTES];
    for (int i = 0; i < CANARIES; i++) {
      System.arraycopy(canary, 0, content, i * CANARY_BYTES, CANARY_BYTES);
    }
    Map<String, String> file = Map.of("volume", volume, "path", path);
    via.put(FileRoutes.FILE, file, BodyPublishers.ofByteArray(content));
    try (InputStream in = via.stream(FileRoutes.FILE, file)) {
      if (!Arrays.equals(in.readNBytes(content.length), content)) {
        throw new IOException(
            "what was read back from volume " + volume + " is not what was written");
      }
    } finally {
      via.delete(FileRoutes.FILE, file);
    }
    return 2L * content.length;
  }
}
