package org.sealane.smb.encryption;

import java.util.Arrays;

/** What the session keys are bound to, by dialect, [MS-SMB2] 3.1.4.2. */
public sealed interface KeyContext {

  /** SMB 2.0.2 and 2.1: nothing is derived, the session key itself signs. */
  record Smb2() implements KeyContext {}

  /** SMB 3.0 and 3.0.2: constant strings. */
  record Smb30() implements KeyContext {}

  /**
   * SMB 3.1.1: the session's preauthentication hash, with everything up to the last request of
   * SESSION_SETUP in it.
   *
   * @param preauthHash 64 bytes, copied
   */
  record Smb311(byte[] preauthHash) implements KeyContext {
    /** Bytes of a SHA-512 hash. */
    public static final int HASH_LENGTH = 64;

    public Smb311 {
      if (preauthHash.length != HASH_LENGTH) {
        throw new IllegalArgumentException("hash of " + preauthHash.length + " bytes, not 64");
      }
      preauthHash = preauthHash.clone();
    }

    @Override
    public byte[] preauthHash() {
      return preauthHash.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Smb311 that && Arrays.equals(preauthHash, that.preauthHash);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(preauthHash);
    }

    @Override
    public String toString() {
      return "Smb311[]";
    }
  }
}
