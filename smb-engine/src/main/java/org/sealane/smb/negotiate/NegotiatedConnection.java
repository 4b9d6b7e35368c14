package org.sealane.smb.negotiate;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What NEGOTIATE settled for one connection, seen from either side.
 *
 * @param dialect the dialect
 * @param cipher the cipher; empty if there is none in common
 * @param signing the signing algorithm
 * @param rdmaTransforms RDMA transforms both sides know; empty for none
 * @param maxSizes the largest payloads the server takes
 * @param capabilities the server's capabilities for this connection. In 3.1.1 they include {@link
 *     Capabilities#ENCRYPTION} if there is a cipher, though the message does not say so
 * @param peerCapabilities what the other side's message said
 * @param peerSecurityMode whether the other side signs
 * @param peerGuid the other side's identity
 */
public record NegotiatedConnection(
    Dialect dialect,
    Optional<CipherId> cipher,
    SigningAlgorithm signing,
    Set<RdmaTransformId> rdmaTransforms,
    MaxSizes maxSizes,
    Capabilities capabilities,
    Capabilities peerCapabilities,
    SecurityMode peerSecurityMode,
    UUID peerGuid) {

  public NegotiatedConnection {
    rdmaTransforms = Set.copyOf(rdmaTransforms);
  }
}
