package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link WriteRequest}, [MS-SMB2] 2.2.21. */
public final class WriteRequestCodec {
  private static final int STRUCTURE_SIZE = 49;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int DATA_OFFSET_OFFSET = Smb2Header.LENGTH + 2;
  private static final int LENGTH_OFFSET = Smb2Header.LENGTH + 4;
  private static final int OFFSET_OFFSET = Smb2Header.LENGTH + 8;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 16;
  private static final int CHANNEL_OFFSET = Smb2Header.LENGTH + 32;
  private static final int REMAINING_BYTES_OFFSET = Smb2Header.LENGTH + 36;
  private static final int CHANNEL_INFO_OFFSET_OFFSET = Smb2Header.LENGTH + 40;
  private static final int CHANNEL_INFO_LENGTH_OFFSET = Smb2Header.LENGTH + 42;
  private static final int FLAGS_OFFSET = Smb2Header.LENGTH + 44;
  private static final int BUFFER_OFFSET = Smb2Header.LENGTH + 48;

  /** [MS-SMB2] 3.3.5.13: a DataOffset above this is refused. */
  private static final int DATA_OFFSET_MAX = 0x100;

  private WriteRequestCodec() {}

  /**
   * Refuses a payload that is not wholly in the message, and with a channel one that is there at
   * all. The channel information is a view of the message.
   */
  public static WriteRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("WRITE", 0, BUFFER_OFFSET);
    Channel channel =
        Channel.decode(in.i32("Channel", CHANNEL_OFFSET), CHANNEL_OFFSET, Channel.RDMA_TRANSFORM);
    int dataOffset = in.u16("DataOffset", DATA_OFFSET_OFFSET);
    long length = in.u32("Length", LENGTH_OFFSET);
    if (channel == Channel.NONE) {
      requireInline(in, dataOffset, length);
    } else {
      requireAbsent("DataOffset", DATA_OFFSET_OFFSET, dataOffset);
      requireAbsent("Length", LENGTH_OFFSET, length);
    }
    return new WriteRequest(
        dataOffset,
        length,
        in.i64("Offset", OFFSET_OFFSET),
        FileId.decode(in, FILE_ID_OFFSET),
        channel,
        in.u32("RemainingBytes", REMAINING_BYTES_OFFSET),
        channelInfo(in, channel),
        in.i32("Flags", FLAGS_OFFSET));
  }

  private static void requireInline(MessageReader in, int dataOffset, long length)
      throws MalformedMessageException {
    if (dataOffset > DATA_OFFSET_MAX) {
      throw new MalformedMessageException(
          "DataOffset", DATA_OFFSET_OFFSET, "at most " + DATA_OFFSET_MAX, dataOffset);
    }
    Payloads.slice(in, "DataOffset", dataOffset, length, BUFFER_OFFSET);
  }

  private static void requireAbsent(String field, int offset, long value)
      throws MalformedMessageException {
    if (value != 0) {
      throw new MalformedMessageException(field, offset, "0 with a channel", value);
    }
  }

  private static MemorySegment channelInfo(MessageReader in, Channel channel)
      throws MalformedMessageException {
    int length = in.u16("WriteChannelInfoLength", CHANNEL_INFO_LENGTH_OFFSET);
    if (channel == Channel.NONE) {
      return Payloads.EMPTY;
    }
    Payloads.requirePresent("WriteChannelInfoLength", CHANNEL_INFO_LENGTH_OFFSET, length);
    int offset = in.u16("WriteChannelInfoOffset", CHANNEL_INFO_OFFSET_OFFSET);
    return Payloads.slice(in, "WriteChannelInfoOffset", offset, length, BUFFER_OFFSET);
  }

  /** The payload in the message that {@code request} was decoded from, a view. */
  public static MemorySegment payload(MessageReader in, WriteRequest request)
      throws MalformedMessageException {
    return Payloads.slice(
        in, "DataOffset", request.dataOffset(), request.lengthBytes(), BUFFER_OFFSET);
  }

  /**
   * Writes the body behind the header up to the payload, which is the next segment of the frame.
   *
   * @throws IllegalArgumentException if there is a payload that is not to start at {@link
   *     WriteRequest#PAYLOAD_OFFSET}, or channel information in its place
   */
  public static void encode(WriteRequest request, MessageWriter out) {
    Payloads.requireAppended(
        request.dataOffset(), request.lengthBytes(), WriteRequest.PAYLOAD_OFFSET);
    int infoLength = (int) request.channelInfo().byteSize();
    if (infoLength > 0 && request.lengthBytes() > 0) {
      throw new IllegalArgumentException("a payload and channel information in one WRITE");
    }
    out.padTo(BUFFER_OFFSET)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u16(DATA_OFFSET_OFFSET, request.dataOffset())
        .i32(LENGTH_OFFSET, (int) request.lengthBytes())
        .i64(OFFSET_OFFSET, request.offset())
        .i32(CHANNEL_OFFSET, request.channel().code())
        .i32(REMAINING_BYTES_OFFSET, (int) request.remainingBytes())
        .i32(FLAGS_OFFSET, request.flags());
    request.fileId().encode(out, FILE_ID_OFFSET);
    if (infoLength > 0) {
      out.u16(CHANNEL_INFO_OFFSET_OFFSET, BUFFER_OFFSET)
          .u16(CHANNEL_INFO_LENGTH_OFFSET, infoLength)
          .bytes(BUFFER_OFFSET, request.channelInfo());
    }
  }
}
