package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * Codec of {@link TransformedPayload}: {@link RdmaTransform}, {@link RdmaCryptoTransform} and
 * descriptors in one buffer, with the rules of [MS-SMB2] 3.3.5.13 on how they stand to each other.
 */
public final class TransformedPayloadCodec {
  private TransformedPayloadCodec() {}

  /**
   * Reads the whole buffer. Refuses any number of transforms but one, descriptors elsewhere than at
   * the first 8-byte aligned offset behind it, and whatever passes the buffer's end.
   */
  public static TransformedPayload decode(MemorySegment buffer) throws MalformedMessageException {
    MessageReader in = new MessageReader(buffer);
    RdmaTransform transform = RdmaTransformCodec.decode(in, 0);
    if (transform.transformCount() != 1) {
      throw new MalformedMessageException("TransformCount", 8, "1", transform.transformCount());
    }
    RdmaCryptoTransform crypto = RdmaCryptoTransformCodec.decode(in, RdmaTransform.LENGTH);
    return new TransformedPayload(
        transform.channel(), crypto, descriptors(in, transform, crypto.lengthBytes()));
  }

  private static List<BufferDescriptorV1> descriptors(
      MessageReader in, RdmaTransform transform, int cryptoBytes) throws MalformedMessageException {
    if (transform.descriptorLengthBytes() == 0) {
      return List.of();
    }
    int at = RdmaTransform.LENGTH + cryptoBytes;
    if (transform.descriptorOffset() != at) {
      throw new MalformedMessageException(
          "RdmaDescriptorOffset", 0, Integer.toString(at), transform.descriptorOffset());
    }
    return BufferDescriptorV1Codec.decode(in, at, transform.descriptorLengthBytes());
  }

  /** Writes all of it at the start of {@code out}, padding included. */
  public static void encode(TransformedPayload payload, MessageWriter out) {
    boolean described = !payload.descriptors().isEmpty();
    int descriptorsAt = RdmaTransform.LENGTH + payload.crypto().lengthBytes();
    RdmaTransformCodec.encode(
        new RdmaTransform(
            described ? descriptorsAt : 0,
            payload.descriptors().size() * BufferDescriptorV1.LENGTH,
            payload.channel(),
            1),
        out,
        0);
    RdmaCryptoTransformCodec.encode(payload.crypto(), out, RdmaTransform.LENGTH);
    BufferDescriptorV1Codec.encode(payload.descriptors(), out, descriptorsAt);
  }
}
