package org.sealane.smb.negotiate;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The running SHA-512 over the messages that set up a connection or a session, [MS-SMB2] 3.2.5.2
 * and 3.3.5.4: {@code H(0)} is 64 zero bytes, {@code H(i) = SHA-512(H(i-1) || message)}.
 *
 * <p>The connection's value covers NEGOTIATE request and response. A session's goes on from there,
 * so forking it is keeping a reference: it adds each SESSION_SETUP request, and each response with
 * STATUS_MORE_PROCESSING_REQUIRED, but not the final one.
 *
 * <p>Immutable.
 */
public final class PreauthIntegrityHash {
  /** Bytes of the value. */
  public static final int LENGTH = 64;

  private static final PreauthIntegrityHash INITIAL = new PreauthIntegrityHash(new byte[LENGTH]);

  private final byte[] value;

  private PreauthIntegrityHash(byte[] value) {
    this.value = value;
  }

  /** The value before any message. */
  public static PreauthIntegrityHash initial() {
    return INITIAL;
  }

  /**
   * The value with one more message.
   *
   * @param message the whole SMB2 message as it is sent, from ProtocolId on, Signature included,
   *     without the transport's prefix; borrowed
   */
  public PreauthIntegrityHash extend(MemorySegment message) {
    MessageDigest digest = sha512();
    digest.update(value);
    digest.update(message.asByteBuffer());
    return new PreauthIntegrityHash(digest.digest());
  }

  /** A copy of the 64 bytes, the context of key derivation. */
  public byte[] value() {
    return value.clone();
  }

  private static MessageDigest sha512() {
    try {
      return MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-512", e);
    }
  }
}
