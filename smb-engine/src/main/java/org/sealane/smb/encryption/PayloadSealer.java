package org.sealane.smb.encryption;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.negotiate.RdmaTransformId;

/**
 * Encrypts the payloads of one session in one direction before they are placed by RDMA, [MS-SMB2]
 * 3.2.4.7 and 3.3.5.12: with no associated data, and with a nonce of its own out of the counter
 * that messages draw on too, as key and cipher are the same. No caller gives a nonce; what is
 * sealed again takes a new one.
 *
 * <p>Nothing but the transform says to which request a payload belongs, so it must travel in an
 * encrypted message.
 *
 * <p>Any thread may call any method; several threads seal at the same time.
 */
public final class PayloadSealer {
  private static final MemorySegment NO_ASSOCIATED_DATA = MemorySegment.ofArray(new byte[0]);

  private final Aead aead;
  private final NonceCounter nonces;
  private final int nonceLength;

  PayloadSealer(Aead aead, NonceCounter nonces, int nonceLength) {
    this.aead = aead;
    this.nonces = nonces;
    this.nonceLength = nonceLength;
  }

  /**
   * Encrypts one payload.
   *
   * @param plaintext heap or native, at least one byte; borrowed for the call. Not in {@code
   *     ciphertext}
   * @param ciphertext as long as the plaintext, heap or native; at no time does plaintext stand in
   *     it. Complete when this returns, to be thrown away if it throws
   * @return what the peer needs to open it
   * @throws KeyUnavailableException if the session's keys are closed or exhausted
   */
  public RdmaCryptoTransform seal(MemorySegment plaintext, MemorySegment ciphertext)
      throws KeyUnavailableException {
    long length = plaintext.byteSize();
    if (length == 0 || ciphertext.byteSize() != length) {
      throw new IllegalArgumentException(
          "a payload of %d bytes does not seal into %d".formatted(length, ciphertext.byteSize()));
    }
    long counter = nonces.reserve(length);
    byte[] nonce = new byte[nonceLength];
    Aead.writeNonce(counter, nonce);
    byte[] tag = new byte[Aead.TAG_LENGTH];
    aead.seal(
        counter, NO_ASSOCIATED_DATA, List.of(plaintext), ciphertext, MemorySegment.ofArray(tag));
    return new RdmaCryptoTransform(RdmaTransformId.ENCRYPTION, tag, nonce);
  }

  @Override
  public String toString() {
    return "PayloadSealer[" + nonces + "]";
  }
}
