package org.sealane.cluster.identity;

import java.security.PublicKey;
import org.sealane.cluster.document.DocumentDigest;

/** A public key's name for people: the start of the SHA-256 of its SubjectPublicKeyInfo. */
public final class KeyFingerprint {
  private static final int HEX_CHARS = 16;

  private KeyFingerprint() {}

  /** As {@code SHA256:0123456789abcdef}. */
  public static String of(PublicKey key) {
    return "SHA256:" + DocumentDigest.of(key.getEncoded()).hex().substring(0, HEX_CHARS);
  }
}
