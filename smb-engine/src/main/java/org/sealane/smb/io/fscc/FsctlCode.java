package org.sealane.smb.io.fscc;

/** CtlCode of IOCTL requests, [MS-FSCC] 2.3, [MS-SMB2] 2.2.31. */
public final class FsctlCode {
  public static final int DFS_GET_REFERRALS = 0x0006_0194;
  public static final int SET_SPARSE = 0x0009_00C4;
  public static final int QUERY_ALLOCATED_RANGES = 0x0009_40CF;
  public static final int SET_ZERO_DATA = 0x0009_80C8;
  public static final int FILE_LEVEL_TRIM = 0x0009_8208;
  public static final int QUERY_NETWORK_INTERFACE_INFO = 0x0014_01FC;
  public static final int VALIDATE_NEGOTIATE_INFO = 0x0014_0204;

  private FsctlCode() {}
}
