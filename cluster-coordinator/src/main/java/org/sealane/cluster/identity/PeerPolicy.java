package org.sealane.cluster.identity;

import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.UUID;
import org.sealane.smb.auth.CertificateIdentity;
import org.sealane.smb.auth.Enrollment;
import org.sealane.smb.auth.NodeCertificate;
import org.sealane.smb.auth.Refusal;

/**
 * Who may be at the other end of an admin connection, once the certificate itself was found good.
 * Asked in every handshake, by any thread; must not block.
 */
@FunctionalInterface
public interface PeerPolicy {

  /** Why the peer is refused; empty if it is not. */
  Optional<Refusal> refusal(CertificateIdentity identity, X509Certificate certificate);

  /** What an admin port accepts: administrators and enrolled nodes of the cluster. */
  static PeerPolicy adminPort(UUID clusterId, Enrollment enrollment) {
    return (identity, certificate) ->
        switch (identity) {
          case CertificateIdentity.Admin admin -> sameCluster(admin, clusterId);
          case CertificateIdentity.Node node ->
              sameCluster(node, clusterId).or(() -> enrolled(node, certificate, enrollment));
          case CertificateIdentity.Authority _ -> Optional.of(Refusal.WRONG_CERTIFICATE);
        };
  }

  /** What a caller of an admin port accepts when any enrolled node of the cluster will do. */
  static PeerPolicy anyNode(UUID clusterId, Enrollment enrollment) {
    return (identity, certificate) ->
        switch (identity) {
          case CertificateIdentity.Node node ->
              sameCluster(node, clusterId).or(() -> enrolled(node, certificate, enrollment));
          case CertificateIdentity.Admin _, CertificateIdentity.Authority _ ->
              Optional.of(Refusal.WRONG_CERTIFICATE);
        };
  }

  /** What a caller of an admin port accepts when it means the node {@code name}. */
  static PeerPolicy node(UUID clusterId, String name, Enrollment enrollment) {
    return (identity, certificate) ->
        identity.name().equals(name)
            ? anyNode(clusterId, enrollment).refusal(identity, certificate)
            : Optional.of(Refusal.OTHER_NODE);
  }

  private static Optional<Refusal> sameCluster(CertificateIdentity identity, UUID clusterId) {
    return identity.clusterId().equals(clusterId)
        ? Optional.empty()
        : Optional.of(Refusal.OTHER_NODE);
  }

  private static Optional<Refusal> enrolled(
      CertificateIdentity.Node node, X509Certificate certificate, Enrollment enrollment) {
    return switch (enrollment.verdict(NodeCertificate.of(certificate, node))) {
      case ACCEPTED -> Optional.empty();
      case NOT_ENROLLED -> Optional.of(Refusal.NOT_ENROLLED);
      case REVOKED -> Optional.of(Refusal.REVOKED);
    };
  }
}
