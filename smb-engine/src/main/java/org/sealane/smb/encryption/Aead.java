package org.sealane.smb.encryption;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.negotiate.CipherId;

/**
 * One cipher under one key that either seals or opens, for many threads. The nonce is what the
 * callers in this package drew from the key's {@link NonceCounter}, or what came from the peer.
 *
 * <p>Sealing follows one rule in all implementations: the counter's eight bytes come first, little
 * endian, the rest of the nonce is zero, as Windows writes it.
 */
abstract sealed class Aead implements AutoCloseable permits GcmAead, CcmAead {
  /** Bytes of the tag, for every cipher of SMB. */
  static final int TAG_LENGTH = 16;

  /** Longest scratch array that a pooled cipher keeps: a 1 MiB payload and headers. */
  static final int KEPT_SCRATCH_BYTES = (1 << 20) + (4 << 10);

  /** Takes ownership of {@code key}. */
  static Aead of(CipherId cipher, SessionSecret key) {
    if (key.lengthBytes() != cipher.keyBytes()) {
      throw new IllegalArgumentException(
          cipher.word() + " takes no key of " + key.lengthBytes() + " bytes");
    }
    return cipher.isGcm() ? new GcmAead(key) : new CcmAead(key);
  }

  /**
   * Encrypts the concatenation of {@code plaintext}.
   *
   * @param nonce the counting part of the nonce, from the key's own counter
   * @param associatedData also covered by the tag, may be empty
   * @param plaintext heap or native segments; they may lie in {@code ciphertext} where their bytes
   *     will stand
   * @param ciphertext as long as the plaintext; heap, or native memory, to which nothing but
   *     ciphertext is ever written, since a peer may be able to read it
   * @param tag heap, 16 bytes
   */
  abstract void seal(
      long nonce,
      MemorySegment associatedData,
      List<MemorySegment> plaintext,
      MemorySegment ciphertext,
      MemorySegment tag)
      throws KeyUnavailableException;

  /**
   * Verifies and decrypts. Gives false if the tag is wrong, and then {@code plaintext} holds
   * nothing that was decrypted.
   *
   * @param nonce the nonce field as received, of which the cipher uses the first bytes
   * @param ciphertext heap or native
   * @param spareTailBytes bytes behind {@code ciphertext} in its array that may be overwritten
   * @param tag heap or native, 16 bytes
   * @param plaintext heap, as long as the ciphertext, in another array
   */
  abstract boolean open(
      byte[] nonce,
      MemorySegment associatedData,
      MemorySegment ciphertext,
      int spareTailBytes,
      MemorySegment tag,
      MemorySegment plaintext)
      throws KeyUnavailableException;

  /** Refuses work from now on; the key is destroyed when no thread uses it. Idempotent. */
  @Override
  public abstract void close();

  /** Writes the counter as the first bytes of a nonce, the rest zero. */
  static void writeNonce(long counter, byte[] nonce) {
    for (int i = 0; i < nonce.length; i++) {
      nonce[i] = i < Long.BYTES ? (byte) (counter >>> (i * Byte.SIZE)) : 0;
    }
  }
}
