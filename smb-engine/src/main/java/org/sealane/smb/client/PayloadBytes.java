package org.sealane.smb.client;

/** Payload bytes of READ and WRITE that passed, by how they travelled. */
public record PayloadBytes(long sealed, long signed, long clear) {
  public static final PayloadBytes NONE = new PayloadBytes(0, 0, 0);

  public PayloadBytes plus(PayloadBytes other) {
    return new PayloadBytes(sealed + other.sealed, signed + other.signed, clear + other.clear);
  }
}
