package org.sealane.smb.pipe;

/**
 * A share as a list of shares has it, SHARE_INFO_1 of [MS-SRVS] 2.2.4.23.
 *
 * @param type {@link #DISK} or {@link #IPC}
 */
public record SharedName(String name, int type, String remark) {
  public static final int DISK = 0x0000_0000;

  /** STYPE_IPC, and special. */
  public static final int IPC = 0x8000_0003;
}
