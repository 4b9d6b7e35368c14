package org.sealane.cluster.member;

import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.UUID;
import org.sealane.cluster.document.EpochFloor;
import org.sealane.cluster.turn.NodeSigner;

/**
 * What a member needs to be one; most comes from its join bundle.
 *
 * @param clusterId the cluster
 * @param cluster its name, which ZooKeeper's paths carry
 * @param node this node's name
 * @param nodeKey the Ed25519 key of its certificate
 * @param signer signs with it
 * @param adminKey verifies the cluster's documents
 * @param floor below which no document is believed
 * @param endpoints what it tells the others
 * @param stateDirectory its own, for what it must not forget
 * @param roots directories below which it serves volumes and disks
 * @param bundled documents it puts into ZooKeeper where they are missing
 */
public record MemberConfig(
    UUID clusterId,
    String cluster,
    String node,
    PublicKey nodeKey,
    NodeSigner signer,
    PublicKey adminKey,
    EpochFloor floor,
    NodeEndpoints endpoints,
    Path stateDirectory,
    List<Path> roots,
    List<MemberIdentity.Bundled> bundled) {
  public MemberConfig {
    roots = List.copyOf(roots);
    bundled = List.copyOf(bundled);
  }
}
