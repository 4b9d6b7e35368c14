package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sealane.smb.wire.MessageWriter;

/**
 * SMB2 READ request, [MS-SMB2] 2.2.19. Does not compare by content.
 *
 * @param flags {@link #FLAG_READ_UNBUFFERED}, {@link #FLAG_REQUEST_COMPRESSED}
 * @param lengthBytes bytes wanted, not yet held against a limit
 * @param offset where in the file; may be negative from a hostile peer
 * @param fileId the open
 * @param minimumCount fewer bytes than this are an error
 * @param channel never {@link Channel#RDMA_TRANSFORM}
 * @param remainingBytes with a channel, the bytes wanted
 * @param channelInfo descriptors, a view of the message; empty without a channel
 */
public record ReadRequest(
    int flags,
    long lengthBytes,
    long offset,
    FileId fileId,
    long minimumCount,
    Channel channel,
    long remainingBytes,
    MemorySegment channelInfo) {

  public static final int FLAG_READ_UNBUFFERED = 0x01;
  public static final int FLAG_REQUEST_COMPRESSED = 0x02;

  /** A read whose payload comes in the response message. */
  public static ReadRequest inline(FileId fileId, long offset, long lengthBytes) {
    return new ReadRequest(0, lengthBytes, offset, fileId, 0, Channel.NONE, 0, Payloads.EMPTY);
  }

  /** A read whose payload the server places where the descriptors say. */
  public static ReadRequest placed(
      FileId fileId,
      long offset,
      long lengthBytes,
      Channel channel,
      List<BufferDescriptorV1> descriptors) {
    MessageWriter info = new MessageWriter();
    BufferDescriptorV1Codec.encode(descriptors, info, 0);
    return new ReadRequest(0, lengthBytes, offset, fileId, 0, channel, lengthBytes, info.written());
  }
}
