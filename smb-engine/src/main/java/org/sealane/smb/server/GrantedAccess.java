package org.sealane.smb.server;

import org.sealane.smb.share.AccessMask;

/** What the generic bits of a desired access come to for files, [MS-SMB2] 2.2.13.1.1. */
final class GrantedAccess {
  private static final int FILE_GENERIC_READ = 0x0012_0089;
  private static final int FILE_GENERIC_WRITE = 0x0012_0116;
  private static final int FILE_GENERIC_EXECUTE = 0x0012_00A0;

  private GrantedAccess() {}

  /**
   * The mask without generic bits. Shares grant what is asked or refuse CREATE, and MAXIMUM_ALLOWED
   * is all.
   */
  static int of(int desiredAccess) {
    int granted = desiredAccess & AccessMask.FILE_ALL_ACCESS;
    if ((desiredAccess & (AccessMask.MAXIMUM_ALLOWED | AccessMask.GENERIC_ALL)) != 0) {
      granted |= AccessMask.FILE_ALL_ACCESS;
    }
    if ((desiredAccess & AccessMask.GENERIC_READ) != 0) {
      granted |= FILE_GENERIC_READ;
    }
    if ((desiredAccess & AccessMask.GENERIC_WRITE) != 0) {
      granted |= FILE_GENERIC_WRITE;
    }
    if ((desiredAccess & AccessMask.GENERIC_EXECUTE) != 0) {
      granted |= FILE_GENERIC_EXECUTE;
    }
    return granted;
  }
}
