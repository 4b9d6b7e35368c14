package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link ReadResponse}, [MS-SMB2] 2.2.20. */
public final class ReadResponseCodec {
  private static final int STRUCTURE_SIZE = 17;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int DATA_OFFSET_OFFSET = Smb2Header.LENGTH + 2;
  private static final int DATA_LENGTH_OFFSET = Smb2Header.LENGTH + 4;
  private static final int DATA_REMAINING_OFFSET = Smb2Header.LENGTH + 8;
  private static final int FLAGS_OFFSET = Smb2Header.LENGTH + 12;
  private static final int BUFFER_OFFSET = Smb2Header.LENGTH + 16;

  private ReadResponseCodec() {}

  /** Refuses a payload that is not wholly in the message. */
  public static ReadResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("READ", 0, BUFFER_OFFSET);
    int dataOffset = in.u8("DataOffset", DATA_OFFSET_OFFSET);
    long dataLength = in.u32("DataLength", DATA_LENGTH_OFFSET);
    Payloads.slice(in, "DataOffset", dataOffset, dataLength, BUFFER_OFFSET);
    return new ReadResponse(
        dataOffset,
        dataLength,
        in.u32("DataRemaining", DATA_REMAINING_OFFSET),
        in.i32("Flags", FLAGS_OFFSET));
  }

  /** The payload in the message that {@code response} was decoded from, a view. */
  public static MemorySegment payload(MessageReader in, ReadResponse response)
      throws MalformedMessageException {
    return Payloads.slice(
        in, "DataOffset", response.dataOffset(), response.dataLengthBytes(), BUFFER_OFFSET);
  }

  /**
   * Writes the body behind the header up to the payload, which is the next segment of the frame.
   *
   * @throws IllegalArgumentException if the payload is not to start at {@link
   *     ReadResponse#PAYLOAD_OFFSET}
   */
  public static void encode(ReadResponse response, MessageWriter out) {
    Payloads.requireAppended(
        response.dataOffset(), response.dataLengthBytes(), ReadResponse.PAYLOAD_OFFSET);
    out.padTo(BUFFER_OFFSET)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u8(DATA_OFFSET_OFFSET, response.dataOffset())
        .i32(DATA_LENGTH_OFFSET, (int) response.dataLengthBytes())
        .i32(DATA_REMAINING_OFFSET, (int) response.dataRemaining())
        .i32(FLAGS_OFFSET, response.flags());
  }
}
