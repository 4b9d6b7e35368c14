package org.sealane.smb.wire;

/** Bits of the header's Flags field, [MS-SMB2] 2.2.1.2. */
public final class HeaderFlags {
  public static final int SERVER_TO_REDIR = 0x0000_0001;
  public static final int ASYNC_COMMAND = 0x0000_0002;
  public static final int RELATED_OPERATIONS = 0x0000_0004;
  public static final int SIGNED = 0x0000_0008;
  public static final int PRIORITY_MASK = 0x0000_0070;
  public static final int DFS_OPERATIONS = 0x1000_0000;
  public static final int REPLAY_OPERATION = 0x2000_0000;

  private HeaderFlags() {}
}
