package org.sealane.deploy.status;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The cluster as one of its nodes sees it, with the lanes of all nodes that answered.
 *
 * @param cluster its name
 * @param zookeeper the ensemble, {@code host:port,...}
 * @param following {@code false} while the node that answers does not follow ZooKeeper: who is live
 *     and who owns is what it knew last then; null where it was not asked
 * @param nodes by name
 * @param volumes by name
 * @param disks by name
 * @param lanes by client node, server node, volume, kind
 */
public record ClusterStatus(
    String cluster,
    String zookeeper,
    Boolean following,
    List<Node> nodes,
    List<Volume> volumes,
    List<Disk> disks,
    List<Lane> lanes) {
  /** Where a node's admin API serves it. */
  public static final String PATH = "/v1/status";

  /** Parts of a status, of which it was not asked whether the node follows ZooKeeper. */
  public ClusterStatus(
      String cluster,
      String zookeeper,
      List<Node> nodes,
      List<Volume> volumes,
      List<Disk> disks,
      List<Lane> lanes) {
    this(cluster, zookeeper, null, nodes, volumes, disks, lanes);
  }

  public ClusterStatus {
    nodes = List.copyOf(nodes);
    volumes = List.copyOf(volumes);
    disks = List.copyOf(disks);
    lanes = List.copyOf(lanes);
  }

  /** A listener of a node. */
  public record Address(String host, int port) {}

  /**
   * A node.
   *
   * @param state {@code live}, {@code absent} or {@code revoked}
   * @param lane null, as all that follows, unless the node is live
   */
  public record Node(
      String name,
      String state,
      Address lane,
      Address smb,
      Address admin,
      String metrics,
      List<String> transports,
      Long pid,
      Instant certificateExpires) {}

  /**
   * A volume.
   *
   * @param owner null while no node owns it
   * @param epoch of the policy in force
   * @param csv level of file traffic in force
   * @param sbl level of block traffic in force
   * @param turn null unless one is under way
   * @param candidates nodes that may own it, the one that is meant first
   * @param waitsFor by candidate, what it waits for before it owns the volume or gives it away
   */
  public record Volume(
      String name,
      String uuid,
      String owner,
      long epoch,
      String csv,
      String sbl,
      Turn turn,
      List<String> candidates,
      Map<String, String> waitsFor) {
    public Volume {
      candidates = List.copyOf(candidates);
      waitsFor = Collections.unmodifiableMap(new TreeMap<>(waitsFor));
    }

    /** Whether it is owned, under a policy of its own, and not turning. */
    public boolean hasSettled() {
      return owner != null && epoch > 0 && turn == null;
    }
  }

  /** A turn under way: to which epoch, and at which step. */
  public record Turn(long epoch, String step, String csv, String sbl) {}

  /**
   * A disk.
   *
   * @param volume name of the volume whose policy governs it; its UUID if that has no name now
   */
  public record Disk(String name, String node, long sizeBytes, String volume) {}

  /**
   * A lane that is open now.
   *
   * @param from the client node
   * @param to the server node
   * @param cipher null if none was agreed
   * @param signing null unless payloads are signed
   * @param sealedBytes payload bytes that passed encrypted, both directions
   * @param signedBytes payload bytes that passed signed
   * @param clearBytes payload bytes that passed clear
   */
  public record Lane(
      String from,
      String to,
      String volume,
      String kind,
      String transport,
      String provider,
      String level,
      String cipher,
      String signing,
      String dialect,
      String keyAgreement,
      long epoch,
      long sealedBytes,
      long signedBytes,
      long clearBytes,
      long rekeys) {}
}
