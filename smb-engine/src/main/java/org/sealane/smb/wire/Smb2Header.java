package org.sealane.smb.wire;

/**
 * The SMB2 packet header, [MS-SMB2] 2.2.1. The Signature is not part of the record: it is written
 * and checked on the bytes of the whole message, in {@code signing}.
 *
 * @param creditCharge credits that the request consumes
 * @param status the response's status; in a request, ChannelSequence in the low 16 bits
 * @param command the command's 16-bit code, which may be unknown
 * @param credits CreditRequest or CreditResponse
 * @param flags bits of {@link HeaderFlags}
 * @param nextCommand bytes to the next message of a compound, 0 on the last
 * @param messageId identifies request and response on the connection
 * @param asyncOrTreeId AsyncId (64 bits) if {@link HeaderFlags#ASYNC_COMMAND}, else TreeId in the
 *     high 32 bits as on the wire (Reserved first)
 * @param sessionId the session, 0 before there is one
 */
public record Smb2Header(
    int creditCharge,
    NtStatus status,
    int command,
    int credits,
    int flags,
    long nextCommand,
    long messageId,
    long asyncOrTreeId,
    long sessionId) {

  /** Bytes of the header. */
  public static final int LENGTH = 64;

  /** {@code FE 'S' 'M' 'B'} as a little-endian integer. */
  public static final int PROTOCOL_ID = 0x424D_53FE;

  /** Where the 16 Signature bytes start. */
  public static final int SIGNATURE_OFFSET = 48;

  public static final int SIGNATURE_LENGTH = 16;

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  public boolean isResponse() {
    return has(HeaderFlags.SERVER_TO_REDIR);
  }

  public boolean isAsync() {
    return has(HeaderFlags.ASYNC_COMMAND);
  }

  /** ChannelSequence of a request, 0 to 65,535. */
  public int channelSequence() {
    return status.code() & 0xFFFF;
  }

  /** The Status field of a request that carries a ChannelSequence. */
  public static NtStatus statusField(int channelSequence) {
    return new NtStatus(channelSequence & 0xFFFF);
  }

  /** The tree; meaningful only in a header that is not async. */
  public int treeId() {
    return (int) (asyncOrTreeId >>> 32);
  }

  /** The field's value for a header that is not async. */
  public static long treeField(int treeId) {
    return (long) treeId << 32;
  }
}
