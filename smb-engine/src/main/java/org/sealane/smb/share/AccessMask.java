package org.sealane.smb.share;

/** Bits of an access mask, [MS-SMB2] 2.2.13.1. */
public final class AccessMask {
  public static final int FILE_READ_DATA = 0x0000_0001;
  public static final int FILE_WRITE_DATA = 0x0000_0002;
  public static final int FILE_APPEND_DATA = 0x0000_0004;
  public static final int FILE_READ_EA = 0x0000_0008;
  public static final int FILE_WRITE_EA = 0x0000_0010;
  public static final int FILE_EXECUTE = 0x0000_0020;
  public static final int FILE_READ_ATTRIBUTES = 0x0000_0080;
  public static final int FILE_WRITE_ATTRIBUTES = 0x0000_0100;
  public static final int DELETE = 0x0001_0000;
  public static final int READ_CONTROL = 0x0002_0000;
  public static final int SYNCHRONIZE = 0x0010_0000;
  public static final int MAXIMUM_ALLOWED = 0x0200_0000;
  public static final int GENERIC_ALL = 0x1000_0000;
  public static final int GENERIC_EXECUTE = 0x2000_0000;
  public static final int GENERIC_WRITE = 0x4000_0000;
  public static final int GENERIC_READ = 0x8000_0000;

  /** Every right that lets data of the file be read. */
  public static final int READS = FILE_READ_DATA | GENERIC_READ | GENERIC_ALL | MAXIMUM_ALLOWED;

  /** Every right that lets data of the file be changed. */
  public static final int WRITES =
      FILE_WRITE_DATA | FILE_APPEND_DATA | GENERIC_WRITE | GENERIC_ALL | MAXIMUM_ALLOWED;

  /** FILE_ALL_ACCESS: what generic-all and maximum-allowed come to for an owner. */
  public static final int FILE_ALL_ACCESS = 0x001F_01FF;

  private static final int STANDARD_READ = READ_CONTROL | SYNCHRONIZE;

  private AccessMask() {}

  /**
   * The specific rights that a desired access comes to for a caller who may do anything, [MS-SMB2]
   * 2.2.13.1: the generic ones and maximum-allowed are replaced.
   */
  public static int granted(int desiredAccess) {
    int granted = desiredAccess & FILE_ALL_ACCESS;
    if ((desiredAccess & (GENERIC_ALL | MAXIMUM_ALLOWED)) != 0) {
      return FILE_ALL_ACCESS;
    }
    if ((desiredAccess & GENERIC_READ) != 0) {
      granted |= FILE_READ_DATA | FILE_READ_EA | FILE_READ_ATTRIBUTES | STANDARD_READ;
    }
    if ((desiredAccess & GENERIC_WRITE) != 0) {
      granted |= FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES;
      granted |= STANDARD_READ;
    }
    if ((desiredAccess & GENERIC_EXECUTE) != 0) {
      granted |= FILE_EXECUTE | FILE_READ_ATTRIBUTES | STANDARD_READ;
    }
    return granted;
  }
}
