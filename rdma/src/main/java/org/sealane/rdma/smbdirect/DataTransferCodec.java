package org.sealane.rdma.smbdirect;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;

/** Codec of {@link DataTransfer}; the data lies in the message beside it. */
public final class DataTransferCodec {
  private static final int CREDITS_REQUESTED_OFFSET = 0;
  private static final int CREDITS_GRANTED_OFFSET = 2;
  private static final int FLAGS_OFFSET = 4;
  private static final int REMAINING_DATA_LENGTH_OFFSET = 8;
  private static final int DATA_OFFSET_OFFSET = 12;
  private static final int DATA_LENGTH_OFFSET = 16;

  private static final int RESPONSE_REQUESTED = 1;
  private static final int ALIGNMENT = 8;

  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private DataTransferCodec() {}

  /**
   * Reads the header of one message, [MS-SMBD] 3.1.5.8: the data it names lies inside the message,
   * behind the header.
   */
  public static DataTransfer decode(MemorySegment message) throws MalformedMessageException {
    MessageReader in = new MessageReader(message);
    in.require("DataTransfer", 0, DataTransfer.LENGTH);
    int creditsRequested = in.u16("CreditsRequested", CREDITS_REQUESTED_OFFSET);
    if (creditsRequested == 0) {
      throw new MalformedMessageException(
          "CreditsRequested", CREDITS_REQUESTED_OFFSET, "at least 1", 0);
    }
    long remaining = in.u32("RemainingDataLength", REMAINING_DATA_LENGTH_OFFSET);
    long offset = in.u32("DataOffset", DATA_OFFSET_OFFSET);
    long length = in.u32("DataLength", DATA_LENGTH_OFFSET);
    if (offset % ALIGNMENT != 0) {
      throw new MalformedMessageException(
          "DataOffset", DATA_OFFSET_OFFSET, "a multiple of " + ALIGNMENT, offset);
    }
    if (length == 0 && remaining != 0) {
      throw new MalformedMessageException(
          "RemainingDataLength", REMAINING_DATA_LENGTH_OFFSET, "0 without data", remaining);
    }
    if (length != 0) {
      if (offset < DataTransfer.LENGTH) {
        throw new MalformedMessageException(
            "DataOffset", DATA_OFFSET_OFFSET, "an offset behind the header", offset);
      }
      in.require("Data", offset, length);
    }
    return new DataTransfer(
        creditsRequested,
        in.u16("CreditsGranted", CREDITS_GRANTED_OFFSET),
        (in.u16("Flags", FLAGS_OFFSET) & RESPONSE_REQUESTED) != 0,
        remaining,
        offset,
        length);
  }

  /** Writes the header and the zeros up to the data to the front of {@code out}. */
  public static void encode(DataTransfer header, MemorySegment out) {
    long headerBytes = header.dataLength() == 0 ? DataTransfer.LENGTH : header.dataOffset();
    out.asSlice(0, headerBytes).fill((byte) 0);
    out.set(U16, CREDITS_REQUESTED_OFFSET, (short) header.creditsRequested());
    out.set(U16, CREDITS_GRANTED_OFFSET, (short) header.creditsGranted());
    out.set(U16, FLAGS_OFFSET, (short) (header.responseRequested() ? RESPONSE_REQUESTED : 0));
    out.set(U32, REMAINING_DATA_LENGTH_OFFSET, (int) header.remainingDataLength());
    out.set(U32, DATA_OFFSET_OFFSET, (int) header.dataOffset());
    out.set(U32, DATA_LENGTH_OFFSET, (int) header.dataLength());
  }
}
