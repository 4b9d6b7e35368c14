package org.sealane.smb.share;

/**
 * A range of a file's bytes as locks have it: both parts are unsigned, and the range need not lie
 * within the file.
 *
 * @param lengthBytes 0 for a range between two bytes, which overlaps only what has bytes on both
 *     sides of it
 */
public record ByteRange(long offset, long lengthBytes) {

  /** False if the range passes the last byte that 64 bits can name. */
  public boolean isValid() {
    return lengthBytes == 0 || Long.compareUnsigned(last(), offset) >= 0;
  }

  private long last() {
    return offset + lengthBytes - 1;
  }

  /** [MS-FSA] 2.1.4.10. Both must be valid. */
  boolean overlaps(ByteRange other) {
    if (lengthBytes == 0 && other.lengthBytes == 0) {
      return false;
    }
    if (lengthBytes == 0) {
      return other.isAround(offset);
    }
    if (other.lengthBytes == 0) {
      return isAround(other.offset);
    }
    return Long.compareUnsigned(offset, other.last()) <= 0
        && Long.compareUnsigned(other.offset, last()) <= 0;
  }

  private boolean isAround(long at) {
    return Long.compareUnsigned(offset, at) < 0 && Long.compareUnsigned(at, last()) <= 0;
  }
}
