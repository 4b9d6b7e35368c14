package org.sealane.smb.negotiate;

/**
 * MaxTransactSize, MaxReadSize and MaxWriteSize of a NEGOTIATE response, [MS-SMB2] 2.2.4. Each fits
 * an unsigned 32-bit field.
 *
 * @param transactBytes the largest buffer of QUERY_INFO, QUERY_DIRECTORY, SET_INFO and IOCTL
 * @param readBytes the largest READ
 * @param writeBytes the largest WRITE
 */
public record MaxSizes(long transactBytes, long readBytes, long writeBytes) {
  private static final long FIELD_MAX = 0xFFFF_FFFFL;

  public MaxSizes {
    require("transactBytes", transactBytes);
    require("readBytes", readBytes);
    require("writeBytes", writeBytes);
  }

  /** The same limit for all three. */
  public static MaxSizes all(long bytes) {
    return new MaxSizes(bytes, bytes, bytes);
  }

  /** Of each the smaller. */
  public MaxSizes min(MaxSizes other) {
    return new MaxSizes(
        Math.min(transactBytes, other.transactBytes),
        Math.min(readBytes, other.readBytes),
        Math.min(writeBytes, other.writeBytes));
  }

  private static void require(String name, long bytes) {
    if (bytes < 0 || bytes > FIELD_MAX) {
      throw new IllegalArgumentException(name + " " + bytes + " does not fit 32 bits");
    }
  }
}
