package org.sealane.cluster.member;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.TurnStep;

/**
 * The cluster as one node sees it at one moment. Built from verified documents; who is live and who
 * owns is as ZooKeeper said last.
 *
 * @param clusterId the cluster
 * @param cluster its name
 * @param self this node
 * @param connection how this node stands with ZooKeeper
 * @param sealed whether it sends only encrypted since it has no valid lease
 * @param nodes by name
 * @param volumes by name
 * @param disks by name
 * @param defaultPolicy the template for new volumes' policies
 * @param clients what is decided about users and their clients
 * @param revision grows with each view of this process
 */
public record ClusterView(
    UUID clusterId,
    String cluster,
    String self,
    MemberPhase connection,
    boolean sealed,
    List<NodeView> nodes,
    List<VolumeView> volumes,
    List<DiskView> disks,
    DocumentContent.Policy defaultPolicy,
    ClientsView clients,
    long revision) {

  public ClusterView {
    nodes = List.copyOf(nodes);
    volumes = List.copyOf(volumes);
    disks = List.copyOf(disks);
  }

  /** How a node stands. */
  public enum NodeState {
    /** Registered in a living session. */
    LIVE,
    /** Enrolled, not registered. */
    ABSENT,
    /** Barred. */
    REVOKED
  }

  /**
   * A node.
   *
   * @param publicKey the Ed25519 key it was enrolled with, as base64 of its SubjectPublicKeyInfo
   * @param endpoints where it is reached; present while it is live
   * @param session its ZooKeeper session, while it is live
   */
  public record NodeView(
      String name,
      NodeState state,
      String publicKey,
      Optional<NodeEndpoints> endpoints,
      OptionalLong session) {}

  /**
   * A turn under way.
   *
   * @param epoch it turns to
   * @param to the policy it turns to
   */
  public record TurnView(long epoch, TurnStep step, DocumentContent.Policy to) {}

  /**
   * A volume.
   *
   * @param paths by candidate
   * @param owner the candidate that owns it now
   * @param ownerEpoch grows from owner to owner; present with {@code owner}
   * @param servedHere whether this node owns it and its backing was found to be the right one
   * @param waitsFor what this node, a candidate, waits for before it owns the volume or gives it
   *     away
   * @param policy in force; empty if no valid one is known, which means encrypt
   * @param epoch of {@code policy}, 0 without one
   */
  public record VolumeView(
      UUID uuid,
      String name,
      List<String> candidates,
      Map<String, String> paths,
      Optional<String> owner,
      OptionalLong ownerEpoch,
      boolean servedHere,
      Optional<String> waitsFor,
      Optional<DocumentContent.Policy> policy,
      long epoch,
      Optional<TurnView> turn) {}

  /**
   * What is decided about users and their clients.
   *
   * @param users sealed accounts, the oldest first
   * @param shares by volume; none means that no user gets in
   * @param server what is asked of every client
   * @param keytab for users' Kerberos tickets, sealed
   * @param dataKey the data key in force; empty for the one in join bundles
   */
  public record ClientsView(
      Map<UUID, DocumentContent.User> users,
      Map<UUID, DocumentContent.Share> shares,
      DocumentContent.Server server,
      Optional<DocumentContent.Keytab> keytab,
      Optional<DocumentContent.DataKeyCopies> dataKey) {
    public ClientsView {
      users = Collections.unmodifiableMap(new LinkedHashMap<>(users));
      shares = Map.copyOf(shares);
    }
  }

  /** A disk. */
  public record DiskView(
      UUID uuid, String name, String node, String path, long sizeBytes, UUID volume) {}

  public Optional<NodeView> node(String name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
  }

  public Optional<VolumeView> volume(String name) {
    return volumes.stream().filter(volume -> volume.name().equals(name)).findFirst();
  }

  public Optional<VolumeView> volume(UUID uuid) {
    return volumes.stream().filter(volume -> volume.uuid().equals(uuid)).findFirst();
  }

  public Optional<DiskView> disk(String name) {
    return disks.stream().filter(disk -> disk.name().equals(name)).findFirst();
  }
}
