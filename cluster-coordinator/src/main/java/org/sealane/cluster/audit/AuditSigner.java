package org.sealane.cluster.audit;

import java.security.PublicKey;
import java.util.UUID;
import org.sealane.cluster.turn.NodeSigner;

/**
 * Whose log it is.
 *
 * @param clusterId the cluster
 * @param node the node's name
 * @param key the public key of the node's certificate
 * @param signer signs with its private key
 */
public record AuditSigner(UUID clusterId, String node, PublicKey key, NodeSigner signer) {
  byte[] seal(AuditHead head) {
    return head.seal(clusterId, node, signer);
  }

  /** Looks through this node's own log. */
  AuditVerifier verifier(AuditVerifier.Ending ending) {
    return new AuditVerifier(clusterId, node, key, ending);
  }
}
