package org.sealane.smb.encryption;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.CCMBlockCipher;
import org.bouncycastle.crypto.modes.CCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.HeapBytes;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.KeyedPool;
import org.sealane.smb.encryption.key.LentKey;

/**
 * AES-CCM of Bouncy Castle LTS by its own API, in native code where it has some; the JDK has none.
 * CCM must know the length before it starts, so every message is one call from one array to
 * another. A tenth of the speed of GCM: here for peers that know nothing else.
 */
final class CcmAead extends Aead {
  private static final int NONCE_LENGTH = 11;

  private final KeyedPool<CcmCipher> pool;

  CcmAead(SessionSecret key) {
    this.pool = new KeyedPool<>(key, "AES", CcmCipher::new);
  }

  @Override
  void seal(
      long nonce,
      MemorySegment associatedData,
      List<MemorySegment> plaintext,
      MemorySegment ciphertext,
      MemorySegment tag)
      throws KeyUnavailableException {
    CcmCipher cipher = pool.acquire();
    try {
      if (HeapBytes.backs(ciphertext)) {
        cipher.seal(nonce, associatedData, plaintext, HeapBytes.of(ciphertext), tag);
      } else {
        cipher.sealOutside(nonce, associatedData, plaintext, ciphertext, tag);
      }
    } finally {
      pool.release(cipher);
    }
  }

  @Override
  boolean open(
      byte[] nonce,
      MemorySegment associatedData,
      MemorySegment ciphertext,
      int spareTailBytes,
      MemorySegment tag,
      MemorySegment plaintext)
      throws KeyUnavailableException {
    CcmCipher cipher = pool.acquire();
    try {
      return cipher.open(nonce, associatedData, ciphertext, tag, HeapBytes.of(plaintext));
    } finally {
      pool.release(cipher);
    }
  }

  @Override
  public void close() {
    pool.close();
  }

  /** One cipher of the pool; for one thread at a time. */
  private static final class CcmCipher implements KeyedPool.Keyed {
    private final CCMModeCipher cipher = CCMBlockCipher.newInstance(AESEngine.newInstance());
    private final byte[] nonce = new byte[NONCE_LENGTH];
    private final int keyLength;
    private KeyParameter newKey;
    private byte[] scratch = new byte[0];

    CcmCipher(LentKey key) {
      byte[] copy = key.getEncoded();
      this.keyLength = copy.length;
      this.newKey = new KeyParameter(copy);
      Arrays.fill(copy, (byte) 0);
    }

    void seal(
        long counter,
        MemorySegment associatedData,
        List<MemorySegment> plaintext,
        HeapBytes out,
        MemorySegment tag) {
      writeNonce(counter, nonce);
      // Gathered where the ciphertext will stand, then encrypted into scratch, which has room for
      // the tag behind it, and copied back.
      int gathered = out.offset();
      for (MemorySegment segment : plaintext) {
        int length = (int) segment.byteSize();
        MemorySegment.copy(segment, 0, MemorySegment.ofArray(out.array()), gathered, length);
        gathered += length;
      }
      byte[] sealed = scratch(out.length() + TAG_LENGTH);
      try {
        init(true, associatedData);
        cipher.processPacket(out.array(), out.offset(), out.length(), sealed, 0);
      } catch (InvalidCipherTextException e) {
        throw new IllegalStateException("AES-CCM refused to encrypt", e);
      }
      System.arraycopy(sealed, 0, out.array(), out.offset(), out.length());
      MemorySegment.copy(sealed, out.length(), tag, ValueLayout.JAVA_BYTE, 0, TAG_LENGTH);
      trim();
    }

    /** As {@link #seal}, into memory outside the heap: plaintext is gathered in scratch. */
    void sealOutside(
        long counter,
        MemorySegment associatedData,
        List<MemorySegment> plaintext,
        MemorySegment out,
        MemorySegment tag) {
      writeNonce(counter, nonce);
      int length = Math.toIntExact(out.byteSize());
      byte[] both = scratch(Math.addExact(Math.multiplyExact(2, length), TAG_LENGTH));
      int gathered = 0;
      for (MemorySegment segment : plaintext) {
        int bytes = (int) segment.byteSize();
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, 0, both, gathered, bytes);
        gathered += bytes;
      }
      try {
        init(true, associatedData);
        cipher.processPacket(both, 0, length, both, length);
      } catch (InvalidCipherTextException e) {
        throw new IllegalStateException("AES-CCM refused to encrypt", e);
      }
      MemorySegment.copy(both, length, out, ValueLayout.JAVA_BYTE, 0, length);
      MemorySegment.copy(both, 2 * length, tag, ValueLayout.JAVA_BYTE, 0, TAG_LENGTH);
      trim();
    }

    boolean open(
        byte[] nonceField,
        MemorySegment associatedData,
        MemorySegment ciphertext,
        MemorySegment tag,
        HeapBytes out) {
      System.arraycopy(nonceField, 0, nonce, 0, NONCE_LENGTH);
      byte[] sealed = scratch(out.length() + TAG_LENGTH);
      MemorySegment.copy(ciphertext, ValueLayout.JAVA_BYTE, 0, sealed, 0, out.length());
      MemorySegment.copy(tag, ValueLayout.JAVA_BYTE, 0, sealed, out.length(), TAG_LENGTH);
      try {
        init(false, associatedData);
        cipher.processPacket(sealed, 0, out.length() + TAG_LENGTH, out.array(), out.offset());
        return true;
      } catch (InvalidCipherTextException _) {
        Arrays.fill(out.array(), out.offset(), out.offset() + out.length(), (byte) 0);
        return false;
      } finally {
        trim();
      }
    }

    private void init(boolean encrypt, MemorySegment associatedData) {
      byte[] covered = associatedData.toArray(ValueLayout.JAVA_BYTE);
      // Without a key the cipher goes on with the one it has, and builds no new native state.
      cipher.init(
          encrypt, new AEADParameters(newKey, TAG_LENGTH * Byte.SIZE, nonce.clone(), covered));
      if (newKey != null) {
        Arrays.fill(newKey.getKey(), (byte) 0);
        newKey = null;
      }
    }

    private byte[] scratch(int lengthBytes) {
      if (scratch.length < lengthBytes) {
        scratch = new byte[lengthBytes];
      }
      return scratch;
    }

    private void trim() {
      if (scratch.length > KEPT_SCRATCH_BYTES) {
        scratch = new byte[0];
      }
    }

    @Override
    public void erase() {
      Arrays.fill(scratch, (byte) 0);
      newKey = new KeyParameter(new byte[keyLength]);
      init(true, MemorySegment.ofArray(new byte[0]));
    }
  }
}
