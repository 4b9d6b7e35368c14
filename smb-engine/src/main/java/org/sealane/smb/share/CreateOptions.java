package org.sealane.smb.share;

/** Bits of CreateOptions, [MS-SMB2] 2.2.13. */
public final class CreateOptions {
  public static final int DIRECTORY_FILE = 0x0000_0001;
  public static final int WRITE_THROUGH = 0x0000_0002;
  public static final int NON_DIRECTORY_FILE = 0x0000_0040;
  public static final int DELETE_ON_CLOSE = 0x0000_1000;

  private CreateOptions() {}
}
