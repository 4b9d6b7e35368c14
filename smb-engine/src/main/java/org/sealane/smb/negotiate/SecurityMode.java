package org.sealane.smb.negotiate;

/**
 * The SecurityMode of NEGOTIATE and SESSION_SETUP, [MS-SMB2] 2.2.3.
 *
 * @param bits as on the wire
 */
public record SecurityMode(int bits) {
  public static final int SIGNING_ENABLED_BIT = 0x01;
  public static final int SIGNING_REQUIRED_BIT = 0x02;

  public static final SecurityMode SIGNING_ENABLED = new SecurityMode(SIGNING_ENABLED_BIT);
  public static final SecurityMode SIGNING_REQUIRED =
      new SecurityMode(SIGNING_ENABLED_BIT | SIGNING_REQUIRED_BIT);

  public boolean signingRequired() {
    return (bits & SIGNING_REQUIRED_BIT) != 0;
  }
}
