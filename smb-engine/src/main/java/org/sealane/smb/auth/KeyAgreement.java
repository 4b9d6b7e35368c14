package org.sealane.smb.auth;

import org.bouncycastle.tls.NamedGroup;

/** The TLS 1.3 groups that may make a lane's key, strongest first. */
public enum KeyAgreement {
  /** X25519 and ML-KEM-768 together: holds while either holds. The default. */
  X25519_MLKEM768("X25519MLKEM768", NamedGroup.X25519MLKEM768),
  /** X25519 alone: what is recorded today can be opened by a quantum computer later. */
  X25519("X25519", NamedGroup.x25519);

  private final String word;
  private final int namedGroup;

  KeyAgreement(String word, int namedGroup) {
    this.word = word;
    this.namedGroup = namedGroup;
  }

  /** The name in the TLS registry, as {@code status} and audit show it. */
  public String word() {
    return word;
  }

  int namedGroup() {
    return namedGroup;
  }
}
