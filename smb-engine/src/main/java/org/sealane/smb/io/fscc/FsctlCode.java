package org.sealane.smb.io.fscc;

/** CtlCode of IOCTL requests, [MS-FSCC] 2.3, [MS-SMB2] 2.2.31. */
public final class FsctlCode {
  public static final int DFS_GET_REFERRALS = 0x0006_0194;
  public static final int PIPE_TRANSCEIVE = 0x0011_C017;
  public static final int SET_SPARSE = 0x0009_00C4;
  public static final int QUERY_ALLOCATED_RANGES = 0x0009_40CF;
  public static final int SET_ZERO_DATA = 0x0009_80C8;
  public static final int FILE_LEVEL_TRIM = 0x0009_8208;
  public static final int SRV_REQUEST_RESUME_KEY = 0x0014_0078;
  public static final int SRV_COPYCHUNK = 0x0014_40F2;
  public static final int SRV_COPYCHUNK_WRITE = 0x0014_80F2;
  public static final int QUERY_NETWORK_INTERFACE_INFO = 0x0014_01FC;
  public static final int VALIDATE_NEGOTIATE_INFO = 0x0014_0204;

  /**
   * Ours, see {@link ReadChanges}: device type 0x8053 and function 0x802, both in the ranges left
   * to vendors.
   */
  public static final int READ_CHANGES = 0x8053 << 16 | 0x802 << 2;

  private FsctlCode() {}
}
