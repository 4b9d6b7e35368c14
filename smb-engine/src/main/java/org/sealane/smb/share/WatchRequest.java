package org.sealane.smb.share;

/**
 * What a client wants to know of a directory, [MS-SMB2] 2.2.35.
 *
 * @param filter kinds of changes, as the bits here and others that no share here reports
 * @param recursive whether of everything below it, or of its own entries only
 */
public record WatchRequest(int filter, boolean recursive) {
  public static final int FILE_NAME = 0x0001;
  public static final int DIR_NAME = 0x0002;
  public static final int ATTRIBUTES = 0x0004;
  public static final int SIZE = 0x0008;
  public static final int LAST_WRITE = 0x0010;
  public static final int LAST_ACCESS = 0x0020;
  public static final int CREATION = 0x0040;
}
