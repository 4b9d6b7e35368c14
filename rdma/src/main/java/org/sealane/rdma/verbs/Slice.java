package org.sealane.rdma.verbs;

import java.lang.foreign.MemorySegment;

/**
 * A part of one registered region: the only way to name local memory in a work request.
 *
 * @param region what it is a part of
 * @param offsetBytes where it begins in the region
 * @param lengthBytes how much of it
 */
public record Slice(MemoryRegion region, long offsetBytes, int lengthBytes) {
  public Slice {
    if (lengthBytes < 0 || offsetBytes < 0 || offsetBytes > region.lengthBytes() - lengthBytes) {
      throw new IndexOutOfBoundsException(
          lengthBytes + " bytes at " + offsetBytes + " of a region of " + region.lengthBytes());
    }
  }

  /** The first {@code bytes} of it. */
  public Slice first(int bytes) {
    if (bytes > lengthBytes) {
      throw new IndexOutOfBoundsException(bytes + " bytes of a slice of " + lengthBytes);
    }
    return new Slice(region, offsetBytes, bytes);
  }

  /** {@code bytes} of it from {@code offset} on. */
  public Slice part(int offset, int bytes) {
    if (offset < 0 || bytes < 0 || offset > lengthBytes - bytes) {
      throw new IndexOutOfBoundsException(
          bytes + " bytes at " + offset + " of a slice of " + lengthBytes);
    }
    return new Slice(region, offsetBytes + offset, bytes);
  }

  /** The bytes themselves, valid while the region is registered. */
  public MemorySegment bytes() {
    return region.bytes().asSlice(offsetBytes, lengthBytes);
  }

  /** What a peer calls the first byte. */
  public long remoteAddress() {
    return region.remoteAddress() + offsetBytes;
  }
}
