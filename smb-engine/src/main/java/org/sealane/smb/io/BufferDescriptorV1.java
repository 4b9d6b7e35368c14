package org.sealane.smb.io;

/**
 * SMB_DIRECT_BUFFER_DESCRIPTOR_V1, [MS-SMBD] 2.2.3.1: memory of a peer that an RDMA READ or WRITE
 * may name.
 *
 * @param offset the address that the token's owner gave the first byte, unsigned
 * @param token the steering tag, or remote key, that the rights are tied to
 * @param lengthBytes bytes from there on, unsigned 32 bits
 */
public record BufferDescriptorV1(long offset, int token, long lengthBytes) {
  /** Bytes of one on the wire. */
  public static final int LENGTH = 16;

  /**
   * Descriptors in one request: at this number each covers 32 KiB of the longest payload. More
   * would let a peer have a work request posted for every few bytes.
   */
  public static final int COUNT_MAX = 256;

  /** The longest that one can name. */
  public static final long LENGTH_BYTES_MAX = 0xFFFF_FFFFL;

  public BufferDescriptorV1 {
    if (lengthBytes < 0 || lengthBytes > LENGTH_BYTES_MAX) {
      throw new IllegalArgumentException("descriptor of " + lengthBytes + " bytes");
    }
  }
}
