package org.sealane.deploy.files;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The least that a client asks of a server that others run, whatever that server wishes. */
public enum Protection {
  /** Every message is signed, or encrypted where the server can: always so, unless it is more. */
  SIGNING,
  /** Every message is encrypted, or there is no connection. */
  PRIVACY;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Protection> ofWord(String word) {
    return Arrays.stream(values()).filter(known -> known.word().equals(word)).findFirst();
  }

  /** The stronger of both. */
  public Protection and(Protection other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
