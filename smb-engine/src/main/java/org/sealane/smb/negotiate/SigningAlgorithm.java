package org.sealane.smb.negotiate;

import java.util.Optional;

/** Algorithms of SMB2_SIGNING_CAPABILITIES, [MS-SMB2] 2.2.3.1.7. */
public enum SigningAlgorithm {
  HMAC_SHA256(0x0000, "HMAC-SHA256"),
  AES_CMAC(0x0001, "AES-CMAC"),
  AES_GMAC(0x0002, "AES-GMAC");

  private final int id;
  private final String word;

  SigningAlgorithm(int id, String word) {
    this.id = id;
    this.word = word;
  }

  /** The 16-bit id on the wire. */
  public int id() {
    return id;
  }

  /** The name used in documents, JSON and on the command line. */
  public String word() {
    return word;
  }

  public static Optional<SigningAlgorithm> ofId(int id) {
    for (SigningAlgorithm algorithm : values()) {
      if (algorithm.id == id) {
        return Optional.of(algorithm);
      }
    }
    return Optional.empty();
  }

  public static Optional<SigningAlgorithm> ofWord(String word) {
    for (SigningAlgorithm algorithm : values()) {
      if (algorithm.word.equalsIgnoreCase(word)) {
        return Optional.of(algorithm);
      }
    }
    return Optional.empty();
  }
}
