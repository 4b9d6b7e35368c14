package org.sealane.cluster.document;

import java.util.Arrays;

/**
 * A document's payload with the administrator's signature over exactly these bytes; nothing was
 * checked yet. Equal if both are equal byte for byte.
 *
 * @param payload JSON, see {@link DocumentCodec}; not changed by anyone after construction
 * @param signature Ed25519, [RFC 8032], 64 bytes if it is one at all
 */
public record SignedDocument(byte[] payload, byte[] signature) {

  public DocumentDigest digest() {
    return DocumentDigest.of(payload);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SignedDocument that
        && Arrays.equals(payload, that.payload)
        && Arrays.equals(signature, that.signature);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(payload);
  }

  @Override
  public String toString() {
    return "SignedDocument[" + digest() + "]";
  }
}
