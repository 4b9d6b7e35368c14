package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sealane.smb.wire.MessageWriter;

/**
 * SMB2 WRITE request, [MS-SMB2] 2.2.21. The payload is beside the record: {@link
 * WriteRequestCodec#payload} finds it in a received message, and a sender appends it as a segment
 * of its own to the encoded part, whose length is {@link #PAYLOAD_OFFSET} if there is no channel
 * information. Does not compare by content.
 *
 * @param dataOffset where the payload starts in the message, 0 with a channel
 * @param lengthBytes length of the payload in the message, 0 with a channel
 * @param offset where in the file; may be negative from a hostile peer
 * @param fileId the open
 * @param channel where the payload travels
 * @param remainingBytes with a channel, the payload's length
 * @param channelInfo descriptors or transform, a view of the message; empty without a channel
 * @param flags {@link #FLAG_WRITE_THROUGH}, {@link #FLAG_WRITE_UNBUFFERED}
 */
public record WriteRequest(
    int dataOffset,
    long lengthBytes,
    long offset,
    FileId fileId,
    Channel channel,
    long remainingBytes,
    MemorySegment channelInfo,
    int flags) {

  public static final int FLAG_WRITE_THROUGH = 0x0000_0001;
  public static final int FLAG_WRITE_UNBUFFERED = 0x0000_0002;

  /** Where the payload starts in a message that the codec encodes. */
  public static final int PAYLOAD_OFFSET = 112;

  /** A write whose payload is in the message. */
  public static WriteRequest inline(FileId fileId, long offset, long lengthBytes, int flags) {
    return new WriteRequest(
        PAYLOAD_OFFSET, lengthBytes, offset, fileId, Channel.NONE, 0, Payloads.EMPTY, flags);
  }

  /** A write whose payload, as it is in the file, the server fetches by the descriptors. */
  public static WriteRequest placed(
      FileId fileId,
      long offset,
      long lengthBytes,
      int flags,
      Channel channel,
      List<BufferDescriptorV1> descriptors) {
    MessageWriter info = new MessageWriter();
    BufferDescriptorV1Codec.encode(descriptors, info, 0);
    return new WriteRequest(0, 0, offset, fileId, channel, lengthBytes, info.written(), flags);
  }

  /** A write whose encrypted or signed payload the server fetches. */
  public static WriteRequest transformed(
      FileId fileId, long offset, long lengthBytes, int flags, TransformedPayload payload) {
    MessageWriter info = new MessageWriter();
    TransformedPayloadCodec.encode(payload, info);
    return new WriteRequest(
        0, 0, offset, fileId, Channel.RDMA_TRANSFORM, lengthBytes, info.written(), flags);
  }

  public boolean writeThrough() {
    return (flags & FLAG_WRITE_THROUGH) != 0;
  }
}
