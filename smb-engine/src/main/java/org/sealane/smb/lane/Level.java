package org.sealane.smb.lane;

/**
 * How payloads of a lane travel, weakest first. The order is the order of strength: a stronger
 * level than required is always accepted, a weaker one never.
 */
public enum Level {
  /** Payloads are neither signed nor encrypted. */
  CLEAR,
  /** Messages and payloads are signed, not encrypted. */
  SIGN,
  /** Messages and payloads are encrypted and authenticated. */
  ENCRYPT;

  /** True if traffic at this level satisfies a requirement of {@code required}. */
  public boolean satisfies(Level required) {
    return compareTo(required) >= 0;
  }

  /** The stronger of the two. */
  public static Level strongest(Level a, Level b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  /** The weaker of the two. */
  public static Level weakest(Level a, Level b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  /** The word used in documents, JSON and on the command line. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
