package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link ReadRequest}, [MS-SMB2] 2.2.19. */
public final class ReadRequestCodec {
  private static final int STRUCTURE_SIZE = 49;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int PADDING_OFFSET = Smb2Header.LENGTH + 2;
  private static final int FLAGS_OFFSET = Smb2Header.LENGTH + 3;
  private static final int LENGTH_OFFSET = Smb2Header.LENGTH + 4;
  private static final int OFFSET_OFFSET = Smb2Header.LENGTH + 8;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 16;
  private static final int MINIMUM_COUNT_OFFSET = Smb2Header.LENGTH + 32;
  private static final int CHANNEL_OFFSET = Smb2Header.LENGTH + 36;
  private static final int REMAINING_BYTES_OFFSET = Smb2Header.LENGTH + 40;
  private static final int CHANNEL_INFO_OFFSET_OFFSET = Smb2Header.LENGTH + 44;
  private static final int CHANNEL_INFO_LENGTH_OFFSET = Smb2Header.LENGTH + 46;
  private static final int BUFFER_OFFSET = Smb2Header.LENGTH + 48;

  private ReadRequestCodec() {}

  /** The channel information is a view of the message. */
  public static ReadRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("READ", 0, BUFFER_OFFSET);
    // [MS-SMB2] 2.2.19 has no RDMA_TRANSFORM: the server chooses the transform.
    Channel channel =
        Channel.decode(
            in.i32("Channel", CHANNEL_OFFSET), CHANNEL_OFFSET, Channel.RDMA_V1_INVALIDATE);
    return new ReadRequest(
        in.u8("Flags", FLAGS_OFFSET),
        in.u32("Length", LENGTH_OFFSET),
        in.i64("Offset", OFFSET_OFFSET),
        FileId.decode(in, FILE_ID_OFFSET),
        in.u32("MinimumCount", MINIMUM_COUNT_OFFSET),
        channel,
        in.u32("RemainingBytes", REMAINING_BYTES_OFFSET),
        channelInfo(in, channel));
  }

  private static MemorySegment channelInfo(MessageReader in, Channel channel)
      throws MalformedMessageException {
    int length = in.u16("ReadChannelInfoLength", CHANNEL_INFO_LENGTH_OFFSET);
    if (channel == Channel.NONE) {
      return Payloads.EMPTY;
    }
    Payloads.requirePresent("ReadChannelInfoLength", CHANNEL_INFO_LENGTH_OFFSET, length);
    int offset = in.u16("ReadChannelInfoOffset", CHANNEL_INFO_OFFSET_OFFSET);
    return Payloads.slice(in, "ReadChannelInfoOffset", offset, length, BUFFER_OFFSET);
  }

  /** Writes the body behind the header. */
  public static void encode(ReadRequest request, MessageWriter out) {
    out.padTo(BUFFER_OFFSET)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u8(PADDING_OFFSET, ReadResponse.PAYLOAD_OFFSET)
        .u8(FLAGS_OFFSET, request.flags())
        .i32(LENGTH_OFFSET, (int) request.lengthBytes())
        .i64(OFFSET_OFFSET, request.offset())
        .i32(MINIMUM_COUNT_OFFSET, (int) request.minimumCount())
        .i32(CHANNEL_OFFSET, request.channel().code())
        .i32(REMAINING_BYTES_OFFSET, (int) request.remainingBytes());
    request.fileId().encode(out, FILE_ID_OFFSET);
    int infoLength = (int) request.channelInfo().byteSize();
    if (infoLength > 0) {
      out.u16(CHANNEL_INFO_OFFSET_OFFSET, BUFFER_OFFSET)
          .u16(CHANNEL_INFO_LENGTH_OFFSET, infoLength)
          .bytes(BUFFER_OFFSET, request.channelInfo());
    }
    // The Buffer has one byte even if nothing is in it.
    out.padTo(BUFFER_OFFSET + 1);
  }
}
