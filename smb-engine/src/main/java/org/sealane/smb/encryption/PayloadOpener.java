package org.sealane.smb.encryption;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.sealane.smb.encryption.key.HeapBytes;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.negotiate.RdmaTransformId;

/**
 * Verifies and decrypts the payloads of one session in one direction that were placed by RDMA,
 * [MS-SMB2] 3.2.5.11 and 3.3.5.13. There is no way to decrypt without verifying.
 *
 * <p>Any thread may call any method; several threads open at the same time.
 */
public final class PayloadOpener {
  private static final MemorySegment NO_ASSOCIATED_DATA = MemorySegment.ofArray(new byte[0]);

  /** What a cipher is given: it takes the first bytes of the nonce field of a header. */
  private static final int NONCE_FIELD_LENGTH = TransformHeader.NONCE_LENGTH;

  private final Aead aead;
  private final int nonceLength;
  private final AtomicLong payloads = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  PayloadOpener(Aead aead, int nonceLength) {
    this.aead = aead;
    this.nonceLength = nonceLength;
  }

  /**
   * True if tag and nonce are as long as the cipher has them. [MS-SMB2] lets a tag be shorter; a
   * short tag can be guessed, so it is refused.
   */
  public boolean accepts(RdmaCryptoTransform transform) {
    return transform.type() == RdmaTransformId.ENCRYPTION
        && transform.signature().length == RdmaCryptoTransform.SIGNATURE_LENGTH
        && transform.nonce().length == nonceLength;
  }

  /**
   * Verifies and decrypts one payload. False if the tag is wrong or {@link #accepts} is false; then
   * {@code plaintext} is zeros.
   *
   * @param transform as it came in an encrypted message
   * @param ciphertext heap or native, read once; a native one may still be changed by the peer,
   *     which then has the tag not fit
   * @param plaintext heap, as long as the ciphertext, in another array
   * @throws KeyUnavailableException if the session's keys are closed
   */
  public boolean open(
      RdmaCryptoTransform transform, MemorySegment ciphertext, MemorySegment plaintext)
      throws KeyUnavailableException {
    if (plaintext.byteSize() != ciphertext.byteSize()) {
      throw new IllegalArgumentException(
          "a payload of %d bytes does not open into %d"
              .formatted(ciphertext.byteSize(), plaintext.byteSize()));
    }
    if (HeapBytes.backs(ciphertext)
        && HeapBytes.of(ciphertext).array() == HeapBytes.of(plaintext).array()) {
      throw new IllegalArgumentException("ciphertext and plaintext share an array");
    }
    boolean opened = accepts(transform) && decrypt(transform, ciphertext, plaintext);
    if (opened) {
      payloads.incrementAndGet();
      bytes.addAndGet(plaintext.byteSize());
    } else {
      plaintext.fill((byte) 0);
    }
    return opened;
  }

  private boolean decrypt(
      RdmaCryptoTransform transform, MemorySegment ciphertext, MemorySegment plaintext)
      throws KeyUnavailableException {
    byte[] nonceField = java.util.Arrays.copyOf(transform.nonce(), NONCE_FIELD_LENGTH);
    return aead.open(
        nonceField,
        NO_ASSOCIATED_DATA,
        ciphertext,
        0,
        MemorySegment.ofArray(transform.signature()),
        plaintext);
  }

  /** Payloads opened since the key was derived. */
  public long payloads() {
    return payloads.get();
  }

  /** Bytes of those. */
  public long bytes() {
    return bytes.get();
  }

  @Override
  public String toString() {
    return "PayloadOpener[" + payloads + " payloads]";
  }
}
