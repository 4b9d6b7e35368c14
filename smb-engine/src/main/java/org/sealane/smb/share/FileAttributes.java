package org.sealane.smb.share;

/** Attribute bits, [MS-FSCC] 2.6. */
public final class FileAttributes {
  public static final int READONLY = 0x0000_0001;
  public static final int HIDDEN = 0x0000_0002;
  public static final int SYSTEM = 0x0000_0004;
  public static final int DIRECTORY = 0x0000_0010;
  public static final int ARCHIVE = 0x0000_0020;
  public static final int NORMAL = 0x0000_0080;
  public static final int TEMPORARY = 0x0000_0100;
  public static final int SPARSE_FILE = 0x0000_0200;

  private FileAttributes() {}
}
