package org.sealane.smb.encryption;

import static org.sealane.smb.encryption.TransformHeader.FLAGS_OFFSET;
import static org.sealane.smb.encryption.TransformHeader.NONCE_LENGTH;
import static org.sealane.smb.encryption.TransformHeader.NONCE_OFFSET;
import static org.sealane.smb.encryption.TransformHeader.ORIGINAL_MESSAGE_SIZE_OFFSET;
import static org.sealane.smb.encryption.TransformHeader.PROTOCOL_ID_OFFSET;
import static org.sealane.smb.encryption.TransformHeader.SESSION_ID_OFFSET;
import static org.sealane.smb.encryption.TransformHeader.SIGNATURE_LENGTH;
import static org.sealane.smb.encryption.TransformHeader.SIGNATURE_OFFSET;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link TransformHeader}, [MS-SMB2] 2.2.41. */
public final class TransformHeaderCodec {

  private TransformHeaderCodec() {}

  /**
   * Reads the header of exactly one sealed message. Refuses, as [MS-SMB2] 3.3.5.2.1.1 and
   * 3.2.5.1.1.1 do: no byte behind the header, a Flags field that does not say encrypted, and a
   * size other than the bytes that follow. Reserved is ignored.
   */
  public static TransformHeader decode(MessageReader in) throws MalformedMessageException {
    // [MS-SMB2] 3.3.5.2.1.1: "If the size of the message received is not greater than the size of
    // the SMB2 TRANSFORM_HEADER, the server MUST disconnect the connection."
    if (in.length() <= TransformHeader.LENGTH) {
      throw new MalformedMessageException(
          "TRANSFORM_HEADER", 0, "more than " + TransformHeader.LENGTH + " bytes", in.length());
    }
    int protocolId = in.i32("ProtocolId", PROTOCOL_ID_OFFSET);
    if (protocolId != TransformHeader.PROTOCOL_ID) {
      throw new MalformedMessageException(
          "ProtocolId", PROTOCOL_ID_OFFSET, "FD 'SMB'", Integer.toUnsignedLong(protocolId));
    }
    int flags = in.u16("Flags", FLAGS_OFFSET);
    if (flags != TransformHeader.FLAG_ENCRYPTED) {
      throw new MalformedMessageException("Flags", FLAGS_OFFSET, "1", flags);
    }
    long size = in.u32("OriginalMessageSize", ORIGINAL_MESSAGE_SIZE_OFFSET);
    long follows = in.length() - TransformHeader.LENGTH;
    if (size != follows) {
      throw new MalformedMessageException(
          "OriginalMessageSize", ORIGINAL_MESSAGE_SIZE_OFFSET, Long.toString(follows), size);
    }
    return new TransformHeader(
        in.bytes("Signature", SIGNATURE_OFFSET, SIGNATURE_LENGTH),
        in.bytes("Nonce", NONCE_OFFSET, NONCE_LENGTH),
        size,
        flags,
        in.i64("SessionId", SESSION_ID_OFFSET));
  }

  /** Writes the header at the start of {@code out}. */
  public static void encode(TransformHeader header, MessageWriter out) {
    out.padTo(TransformHeader.LENGTH)
        .i32(PROTOCOL_ID_OFFSET, TransformHeader.PROTOCOL_ID)
        .bytes(SIGNATURE_OFFSET, header.signature())
        .bytes(NONCE_OFFSET, header.nonce())
        .i32(ORIGINAL_MESSAGE_SIZE_OFFSET, (int) header.originalMessageSize())
        .u16(FLAGS_OFFSET, header.flags())
        .i64(SESSION_ID_OFFSET, header.sessionId());
  }
}
