package org.sealane.smb.io;

/**
 * SMB2_RDMA_TRANSFORM, [MS-SMB2] 2.2.43: says what was done to a payload before it was placed, and
 * stands before its {@link RdmaCryptoTransform} and descriptors. Not held against them yet; that is
 * {@link TransformedPayloadCodec}'s.
 *
 * @param descriptorOffset where the descriptors start, from the first byte of this; 16 bits
 * @param descriptorLengthBytes bytes of the descriptors; 16 bits
 * @param channel how the descriptors are to be used, never {@link Channel#RDMA_TRANSFORM}
 * @param transformCount transforms that follow; 16 bits
 */
public record RdmaTransform(
    int descriptorOffset, int descriptorLengthBytes, Channel channel, int transformCount) {
  /** Bytes of it. */
  public static final int LENGTH = 16;
}
