package org.sealane.smb.io;

/**
 * SMB2 READ response, [MS-SMB2] 2.2.20. The payload is beside the record: {@link
 * ReadResponseCodec#payload} finds it in a received message, and a sender appends it as a segment
 * of its own to the encoded part, whose length is {@link #PAYLOAD_OFFSET}.
 *
 * @param dataOffset where the payload starts in the message, 0 if there is none
 * @param dataLengthBytes length of the payload in the message
 * @param dataRemaining with a channel, bytes placed by RDMA
 * @param flags {@link #FLAG_RDMA_TRANSFORM} or 0
 */
public record ReadResponse(int dataOffset, long dataLengthBytes, long dataRemaining, int flags) {

  /** The payload in the message is the transform of what was placed. */
  public static final int FLAG_RDMA_TRANSFORM = 0x0000_0001;

  /** Where the payload starts in a message that the codec encodes. */
  public static final int PAYLOAD_OFFSET = 80;

  /** A response whose payload is in the message. */
  public static ReadResponse inline(long dataLengthBytes) {
    return new ReadResponse(PAYLOAD_OFFSET, dataLengthBytes, 0, 0);
  }

  /** A response whose payload was placed as it is in the file. */
  public static ReadResponse placed(long dataRemaining) {
    return new ReadResponse(PAYLOAD_OFFSET, 0, dataRemaining, 0);
  }

  /**
   * A response whose payload was encrypted or signed and placed.
   *
   * @param transformBytes length of the {@link TransformedPayload} that follows
   */
  public static ReadResponse transformed(long transformBytes, long dataRemaining) {
    return new ReadResponse(PAYLOAD_OFFSET, transformBytes, dataRemaining, FLAG_RDMA_TRANSFORM);
  }
}
