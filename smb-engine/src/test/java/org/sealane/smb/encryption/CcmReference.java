package org.sealane.smb.encryption;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** AES-CCM with an 11-byte nonce and a 16-byte tag, block by block as [NIST SP800-38C] 6 says. */
final class CcmReference {
  private static final int BLOCK = 16;
  private static final int LENGTH_FIELD = 4;

  private CcmReference() {}

  /** The ciphertext with the tag behind it. The associated data is shorter than 0xFF00 bytes. */
  static byte[] seal(byte[] key, byte[] nonce, byte[] aad, byte[] plaintext) throws Exception {
    Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
    aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));

    byte[] mac = new byte[BLOCK];
    byte[] blocks = formatted(nonce, aad, plaintext);
    for (int at = 0; at < blocks.length; at += BLOCK) {
      for (int i = 0; i < BLOCK; i++) {
        mac[i] ^= blocks[at + i];
      }
      mac = aes.doFinal(mac);
    }

    byte[] sealed = Arrays.copyOf(plaintext, plaintext.length + BLOCK);
    for (int at = 0, counter = 1; at < plaintext.length; at += BLOCK, counter++) {
      byte[] pad = aes.doFinal(counterBlock(nonce, counter));
      for (int i = 0; i < BLOCK && at + i < plaintext.length; i++) {
        sealed[at + i] ^= pad[i];
      }
    }
    byte[] pad = aes.doFinal(counterBlock(nonce, 0));
    for (int i = 0; i < BLOCK; i++) {
      sealed[plaintext.length + i] = (byte) (mac[i] ^ pad[i]);
    }
    return sealed;
  }

  private static byte[] formatted(byte[] nonce, byte[] aad, byte[] plaintext) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int tagBits = (BLOCK - 2) / 2 << 3;
    out.write((aad.length > 0 ? 0x40 : 0) | tagBits | (LENGTH_FIELD - 1));
    out.writeBytes(nonce);
    out.writeBytes(bigEndian(plaintext.length));
    if (aad.length > 0) {
      out.write(aad.length >>> 8);
      out.write(aad.length);
      out.writeBytes(aad);
      pad(out);
    }
    out.writeBytes(plaintext);
    pad(out);
    return out.toByteArray();
  }

  private static void pad(ByteArrayOutputStream out) {
    while (out.size() % BLOCK != 0) {
      out.write(0);
    }
  }

  private static byte[] counterBlock(byte[] nonce, int counter) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(LENGTH_FIELD - 1);
    out.writeBytes(nonce);
    out.writeBytes(bigEndian(counter));
    return out.toByteArray();
  }

  private static byte[] bigEndian(int value) {
    return new byte[] {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
  }
}
