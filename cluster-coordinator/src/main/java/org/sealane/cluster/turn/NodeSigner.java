package org.sealane.cluster.turn;

/** Signs a node's statements with the key of its certificate. */
@FunctionalInterface
public interface NodeSigner {
  /** The Ed25519 signature ([RFC 8032]) over exactly {@code statement}; the same each time. */
  byte[] sign(byte[] statement);
}
