package org.sealane.deploy.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.server.Limit;

/**
 * What one node is told by its own host. Everything else comes from the cluster's documents.
 *
 * @param name the node's name; its certificate must bear the same
 * @param bundle the join bundle that {@code node enroll} wrote
 * @param dataDirectory where the node keeps what it must remember; created if missing
 * @param roots directories below which volumes and disks may be served, and nowhere else
 * @param zookeeper the ensemble, {@code HOST:PORT,...}
 * @param sessionTimeout the ZooKeeper session timeout asked for; the node's lease is half of what
 *     is granted
 * @param advertise the host that other nodes and clients reach this one by
 * @param lane where lanes of other nodes are accepted
 * @param smb where users' SMB clients are accepted
 * @param admin where the admin API is served
 * @param metrics where Prometheus reads
 * @param transports what lanes may travel on here, in order of preference
 * @param limits bounds on what peers can make the node hold
 */
public record NodeConfig(
    String name,
    Path bundle,
    Path dataDirectory,
    List<Path> roots,
    String zookeeper,
    Duration sessionTimeout,
    String advertise,
    HostPort lane,
    HostPort smb,
    HostPort admin,
    HostPort metrics,
    List<LaneTransport> transports,
    Limits limits) {

  public NodeConfig {
    roots = List.copyOf(roots);
    transports = List.copyOf(transports);
  }

  /**
   * Bounds; each refuses or delays what is over it.
   *
   * @param laneConnections connections on the lane port at one time
   * @param smbConnections connections on the client port at one time
   * @param smb the client port's other limits, those that are not to have their defaults
   */
  public record Limits(int laneConnections, int smbConnections, Map<Limit, Integer> smb) {
    /** Enough for a cluster of 64 nodes with a few volumes each, and an office of users. */
    public static final Limits DEFAULT = new Limits(1024, 1024, Map.of());

    public Limits {
      smb = Map.copyOf(smb);
      smb.forEach(Limit::requireInRange);
    }
  }
}
