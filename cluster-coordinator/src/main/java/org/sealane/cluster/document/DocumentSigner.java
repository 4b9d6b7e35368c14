package org.sealane.cluster.document;

/** Signs with the cluster's admin key. Where the key is, and who may use it, is the caller's. */
@FunctionalInterface
public interface DocumentSigner {
  /** The Ed25519 signature ([RFC 8032]) over exactly {@code payload}. */
  byte[] sign(byte[] payload);
}
