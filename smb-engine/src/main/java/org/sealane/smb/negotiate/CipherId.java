package org.sealane.smb.negotiate;

import java.util.Optional;

/** Ciphers of SMB2_ENCRYPTION_CAPABILITIES, [MS-SMB2] 2.2.3.1.2. */
public enum CipherId {
  AES_128_CCM(0x0001, 16, 11, "AES-128-CCM"),
  AES_128_GCM(0x0002, 16, 12, "AES-128-GCM"),
  AES_256_CCM(0x0003, 32, 11, "AES-256-CCM"),
  AES_256_GCM(0x0004, 32, 12, "AES-256-GCM");

  private final int id;
  private final int keyBytes;
  private final int nonceBytes;
  private final String word;

  CipherId(int id, int keyBytes, int nonceBytes, String word) {
    this.id = id;
    this.keyBytes = keyBytes;
    this.nonceBytes = nonceBytes;
    this.word = word;
  }

  /** The 16-bit id on the wire. */
  public int id() {
    return id;
  }

  public int keyBytes() {
    return keyBytes;
  }

  /** How many bytes of the 16-byte Nonce field the cipher uses. */
  public int nonceBytes() {
    return nonceBytes;
  }

  public boolean isGcm() {
    return nonceBytes == 12;
  }

  /** The name used in documents, JSON and on the command line. */
  public String word() {
    return word;
  }

  public static Optional<CipherId> ofId(int id) {
    for (CipherId cipher : values()) {
      if (cipher.id == id) {
        return Optional.of(cipher);
      }
    }
    return Optional.empty();
  }

  public static Optional<CipherId> ofWord(String word) {
    for (CipherId cipher : values()) {
      if (cipher.word.equalsIgnoreCase(word)) {
        return Optional.of(cipher);
      }
    }
    return Optional.empty();
  }
}
