package org.sealane.smb.encryption;

import java.util.HexFormat;

/**
 * SMB2 TRANSFORM_HEADER, [MS-SMB2] 2.2.41: the envelope of one encrypted message. Compares by
 * identity of its arrays: compare encoded bytes instead.
 *
 * @param signature the AEAD's tag, 16 bytes
 * @param nonce the whole 16-byte field, of which the cipher uses the first 11 or 12
 * @param originalMessageSize bytes of the message, and of the ciphertext that follows the header
 * @param flags Flags in 3.1.1, EncryptionAlgorithm in 3.0.x
 * @param sessionId the session whose keys sealed it
 */
public record TransformHeader(
    byte[] signature, byte[] nonce, long originalMessageSize, int flags, long sessionId) {

  /** Bytes of the header, and so what sealing adds to a message. */
  public static final int LENGTH = 52;

  /** {@code FD 'S' 'M' 'B'} as a little-endian integer. */
  public static final int PROTOCOL_ID = 0x424D_53FD;

  /** The one value of Flags: the message is encrypted. */
  public static final int FLAG_ENCRYPTED = 0x0001;

  static final int PROTOCOL_ID_OFFSET = 0;
  static final int SIGNATURE_OFFSET = 4;
  static final int SIGNATURE_LENGTH = 16;
  static final int NONCE_OFFSET = SIGNATURE_OFFSET + SIGNATURE_LENGTH;
  static final int NONCE_LENGTH = 16;
  static final int ORIGINAL_MESSAGE_SIZE_OFFSET = NONCE_OFFSET + NONCE_LENGTH;
  static final int FLAGS_OFFSET = 42;
  static final int SESSION_ID_OFFSET = 44;

  /** What the tag also covers: from the nonce to the header's end, as on the wire. */
  static final int ASSOCIATED_DATA_OFFSET = NONCE_OFFSET;

  static final int ASSOCIATED_DATA_LENGTH = LENGTH - ASSOCIATED_DATA_OFFSET;

  public TransformHeader {
    if (signature.length != SIGNATURE_LENGTH || nonce.length != NONCE_LENGTH) {
      throw new IllegalArgumentException(
          "signature of " + signature.length + " bytes, nonce of " + nonce.length);
    }
    if (originalMessageSize < 0 || originalMessageSize > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException("size " + originalMessageSize + " does not fit 32 bits");
    }
  }

  @Override
  public String toString() {
    return "TransformHeader[originalMessageSize=%d, flags=%d, sessionId=0x%s]"
        .formatted(originalMessageSize, flags, HexFormat.of().toHexDigits(sessionId));
  }
}
