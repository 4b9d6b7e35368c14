package org.sealane.cluster.member;

import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.store.ClusterPaths;

/**
 * Who a member is.
 *
 * @param clusterId its cluster
 * @param paths where the cluster is in ZooKeeper
 * @param node its name
 * @param publicKey the Ed25519 key of its certificate
 * @param incarnation of this process, drawn at random
 * @param predecessor the process that had this node's state directory before; it is dead, since
 *     this one holds the directory's lock
 * @param endpoints what it tells the others
 * @param bundled documents of its join bundle that it puts into ZooKeeper where they are missing,
 *     as its own enrolment when the cluster is new
 */
public record MemberIdentity(
    UUID clusterId,
    ClusterPaths paths,
    String node,
    PublicKey publicKey,
    UUID incarnation,
    Optional<UUID> predecessor,
    NodeEndpoints endpoints,
    List<Bundled> bundled) {

  /** A document from a join bundle. */
  public record Bundled(DocumentKind kind, UUID object, SignedDocument document) {}

  public MemberIdentity {
    bundled = List.copyOf(bundled);
  }
}
