package org.sealane.smb.io;

import java.util.Arrays;
import org.sealane.smb.negotiate.RdmaTransformId;

/**
 * SMB2_RDMA_CRYPTO_TRANSFORM, [MS-SMB2] 2.2.43.1: what a placed payload is verified with. The
 * arrays belong to the record; nobody changes them. Their lengths are as the peer wrote them, so
 * whoever verifies checks them first.
 *
 * @param type what was done to the payload
 * @param signature the tag of an encrypted payload, the signature of a signed one
 * @param nonce as the algorithm has it; empty for AES-CMAC and HMAC
 */
public record RdmaCryptoTransform(RdmaTransformId type, byte[] signature, byte[] nonce) {
  /** Bytes before the signature. */
  public static final int FIXED_LENGTH = 8;

  /** Bytes of every signature and tag that SMB knows; [MS-SMB2] lets a shorter one stand. */
  public static final int SIGNATURE_LENGTH = 16;

  static final int ALIGNMENT = 8;

  /** Bytes with the padding that makes what follows 8-byte aligned. */
  public int lengthBytes() {
    int unpadded = FIXED_LENGTH + signature.length + nonce.length;
    return unpadded + Math.floorMod(-unpadded, ALIGNMENT);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RdmaCryptoTransform that
        && type == that.type
        && Arrays.equals(signature, that.signature)
        && Arrays.equals(nonce, that.nonce);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(signature) * 31 + Arrays.hashCode(nonce);
  }

  @Override
  public String toString() {
    return "RdmaCryptoTransform[%s, signature of %d bytes, nonce of %d]"
        .formatted(type, signature.length, nonce.length);
  }
}
