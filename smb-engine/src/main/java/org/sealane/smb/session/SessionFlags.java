package org.sealane.smb.session;

/** SessionFlags of a SESSION_SETUP response, [MS-SMB2] 2.2.6. */
public final class SessionFlags {
  public static final int IS_GUEST = 0x0001;
  public static final int IS_NULL = 0x0002;
  public static final int ENCRYPT_DATA = 0x0004;

  private SessionFlags() {}
}
