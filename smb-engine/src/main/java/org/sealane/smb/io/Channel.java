package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;

/** Where a READ or WRITE payload travels, in the order of its codes, [MS-SMB2] 2.2.19, 2.2.21. */
public enum Channel {
  /** In the message. */
  NONE,
  /** By RDMA; the channel information holds the descriptors. */
  RDMA_V1,
  /** By RDMA; the response invalidates the first descriptor's token. */
  RDMA_V1_INVALIDATE,
  /** By RDMA, encrypted or signed; WRITE requests only. */
  RDMA_TRANSFORM;

  private static final Channel[] BY_CODE = values();

  /** The 32-bit code on the wire. */
  public int code() {
    return ordinal();
  }

  static Channel decode(int code, long offset, Channel highest) throws MalformedMessageException {
    if (code < 0 || code > highest.code()) {
      throw new MalformedMessageException(
          "Channel", offset, "0 to " + highest.code(), Integer.toUnsignedLong(code));
    }
    return BY_CODE[code];
  }
}
