package org.sealane.smb.wire;

/** Codec of {@link ErrorResponse}, [MS-SMB2] 2.2.2. */
public final class ErrorResponseCodec {
  private static final int STRUCTURE_SIZE = 9;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int ERROR_CONTEXT_COUNT_OFFSET = STRUCTURE_SIZE_OFFSET + 2;
  private static final int BYTE_COUNT_OFFSET = STRUCTURE_SIZE_OFFSET + 4;
  private static final int ERROR_DATA_OFFSET = STRUCTURE_SIZE_OFFSET + 8;

  private ErrorResponseCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static ErrorResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    int errorContextCount = in.u8("ErrorContextCount", ERROR_CONTEXT_COUNT_OFFSET);
    long byteCount = in.u32("ByteCount", BYTE_COUNT_OFFSET);
    return new ErrorResponse(
        errorContextCount, in.bytes("ErrorData", ERROR_DATA_OFFSET, byteCount));
  }

  /** Writes the body behind the header. */
  public static void encode(ErrorResponse message, MessageWriter out) {
    out.u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u8(ERROR_CONTEXT_COUNT_OFFSET, message.errorContextCount())
        .i32(BYTE_COUNT_OFFSET, message.errorData().length)
        .bytes(ERROR_DATA_OFFSET, message.errorData())
        // [MS-SMB2] 2.2.2: with a ByteCount of zero ErrorData is still one byte long.
        .padTo(ERROR_DATA_OFFSET + 1);
  }
}
