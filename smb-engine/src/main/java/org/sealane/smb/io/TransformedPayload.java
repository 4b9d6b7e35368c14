package org.sealane.smb.io;

import java.util.List;

/**
 * What a message says of a payload that was encrypted or signed and then placed: the channel
 * information of a WRITE request with {@link Channel#RDMA_TRANSFORM}, or the buffer of a READ
 * response with {@link ReadResponse#FLAG_RDMA_TRANSFORM}.
 *
 * @param channel how the descriptors are to be used; NONE in a response
 * @param crypto the one transform
 * @param descriptors where the payload is; empty in a response
 */
public record TransformedPayload(
    Channel channel, RdmaCryptoTransform crypto, List<BufferDescriptorV1> descriptors) {
  public TransformedPayload {
    descriptors = List.copyOf(descriptors);
  }

  /** What a READ response says: the reader knows where the payload is. */
  public static TransformedPayload placed(RdmaCryptoTransform crypto) {
    return new TransformedPayload(Channel.NONE, crypto, List.of());
  }

  /** Bytes on the wire, padding included. */
  public int lengthBytes() {
    return RdmaTransform.LENGTH
        + crypto.lengthBytes()
        + descriptors.size() * BufferDescriptorV1.LENGTH;
  }
}
