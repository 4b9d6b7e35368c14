package org.sealane.smb.encryption;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.sealane.smb.encryption.key.HeapBytes;
import org.sealane.smb.encryption.key.KeyUnavailableException;

/**
 * Encrypts the messages of one session in one direction, [MS-SMB2] 3.1.4.3. The nonce is the key's
 * own counter; no caller gives one.
 *
 * <p>Any thread may call any method; several threads seal at the same time.
 */
public final class MessageSealer {
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Aead aead;
  private final NonceCounter nonces;
  private final long sessionId;

  MessageSealer(Aead aead, NonceCounter nonces, long sessionId) {
    this.aead = aead;
    this.nonces = nonces;
    this.sessionId = sessionId;
  }

  /** The length of a sealed message whose plaintext has {@code lengthBytes}. */
  public static long sealedLength(long lengthBytes) {
    return TransformHeader.LENGTH + lengthBytes;
  }

  /**
   * Seals one message, or one compounded chain, into {@code out}.
   *
   * @param plaintext the message as the segments whose concatenation it is, heap or native, at
   *     least one byte; borrowed for the call. A segment may lie in {@code out} where its bytes
   *     will stand, {@link TransformHeader#LENGTH} bytes into it: then it is encrypted in place
   * @param out a heap segment of exactly {@link #sealedLength}; complete when this returns, and to
   *     be thrown away if it throws
   * @throws KeyUnavailableException if the session's keys are closed or exhausted
   */
  public void seal(List<MemorySegment> plaintext, MemorySegment out)
      throws KeyUnavailableException {
    long length = HeapBytes.lengthBytes(plaintext);
    if (length == 0 || out.byteSize() != sealedLength(length)) {
      throw new IllegalArgumentException(
          "a message of %d bytes does not seal into %d".formatted(length, out.byteSize()));
    }
    long nonce = nonces.reserve(length);
    writeHeader(out.asSlice(0, TransformHeader.LENGTH), nonce, length);
    aead.seal(
        nonce,
        out.asSlice(TransformHeader.ASSOCIATED_DATA_OFFSET, TransformHeader.ASSOCIATED_DATA_LENGTH),
        plaintext,
        out.asSlice(TransformHeader.LENGTH),
        out.asSlice(TransformHeader.SIGNATURE_OFFSET, TransformHeader.SIGNATURE_LENGTH));
  }

  private void writeHeader(MemorySegment header, long nonce, long length) {
    header.fill((byte) 0);
    header.set(U32, TransformHeader.PROTOCOL_ID_OFFSET, TransformHeader.PROTOCOL_ID);
    header.set(U64, TransformHeader.NONCE_OFFSET, nonce);
    header.set(U32, TransformHeader.ORIGINAL_MESSAGE_SIZE_OFFSET, Math.toIntExact(length));
    header.set(U16, TransformHeader.FLAGS_OFFSET, (short) TransformHeader.FLAG_ENCRYPTED);
    header.set(U64, TransformHeader.SESSION_ID_OFFSET, sessionId);
  }

  /** What was sealed under the key so far, by this and by everything that shares its nonces. */
  public NonceCounter nonces() {
    return nonces;
  }

  @Override
  public String toString() {
    return "MessageSealer[session=0x%016x, %s]".formatted(sessionId, nonces);
  }
}
