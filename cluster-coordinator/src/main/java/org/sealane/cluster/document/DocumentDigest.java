package org.sealane.cluster.document;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 of a document's payload: exactly the bytes that were signed.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record DocumentDigest(String hex) {
  public static final int HEX_CHARS = 64;

  public DocumentDigest {
    if (!hex.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("not a SHA-256 digest: '" + hex + "'");
    }
  }

  public static DocumentDigest of(byte[] payload) {
    try {
      return new DocumentDigest(
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return hex.substring(0, 12);
  }
}
