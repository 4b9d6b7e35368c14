package org.sealane.deploy.node;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.UUID;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.member.ClusterView;
import org.sealane.cluster.member.ClusterView.NodeState;
import org.sealane.cluster.member.ClusterView.NodeView;
import org.sealane.cluster.member.NodeEndpoints;
import org.sealane.csv.volume.VolumeDirectory;
import org.sealane.sbl.initiator.DiskDirectory;
import org.sealane.smb.auth.Enrollment;
import org.sealane.smb.auth.NodeCertificate;

/**
 * The newest view of the cluster, asked by every part of the node: where volumes and disks are, who
 * is enrolled, where nodes listen. Before the first view nobody is enrolled and nothing is there.
 * Any thread may call; nothing blocks.
 */
final class CurrentView implements VolumeDirectory, DiskDirectory, Enrollment {
  private volatile Optional<ClusterView> newest = Optional.empty();

  void update(ClusterView view) {
    newest = Optional.of(view);
  }

  Optional<ClusterView> get() {
    return newest;
  }

  @Override
  public Optional<UUID> findVolume(String name) {
    return newest.flatMap(view -> view.volume(name)).map(ClusterView.VolumeView::uuid);
  }

  /**
   * A sole candidate serves whether it is announced or not, and between two sessions with ZooKeeper
   * it is not.
   */
  @Override
  public Optional<String> owner(UUID volume) {
    return newest
        .flatMap(view -> view.volume(volume))
        .flatMap(found ->
            found.candidates().size() == 1
                ? Optional.of(found.candidates().getFirst())
                : found.owner());
  }

  @Override
  public boolean hasSeveralCandidates(UUID volume) {
    return newest
        .flatMap(view -> view.volume(volume))
        .filter(known -> known.candidates().size() > 1)
        .isPresent();
  }

  @Override
  public Optional<Location> find(String disk) {
    return newest
        .flatMap(view -> view.disk(disk))
        .map(found -> new Location(found.node(), found.volume()));
  }

  @Override
  public Verdict verdict(NodeCertificate certificate) {
    Optional<NodeView> node = newest.flatMap(view -> view.node(certificate.identity().name()));
    if (node.isEmpty()) {
      return Verdict.NOT_ENROLLED;
    }
    if (node.get().state() == NodeState.REVOKED) {
      return Verdict.REVOKED;
    }
    // A node that was enrolled anew has another key; its old certificate counts no longer.
    return Ed25519.base64(certificate.publicKey()).equals(node.get().publicKey())
        ? Verdict.ACCEPTED
        : Verdict.NOT_ENROLLED;
  }

  /** Where the node accepts lanes; empty unless it is live. The address is resolved now. */
  Optional<InetSocketAddress> laneAddress(String node) {
    return endpoints(node).map(at -> new InetSocketAddress(at.lane().host(), at.lane().port()));
  }

  /** Where the node listens; empty unless it is live. */
  Optional<NodeEndpoints> endpoints(String node) {
    return newest.flatMap(view -> view.node(node)).flatMap(NodeView::endpoints);
  }
}
