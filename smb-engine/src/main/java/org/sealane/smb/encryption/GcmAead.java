package org.sealane.smb.encryption;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.HeapBytes;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.KeyedPool;
import org.sealane.smb.encryption.key.LentKey;

/**
 * AES-GCM of the JDK, on heap arrays. Sealing streams in chunks, through scratch where the
 * ciphertext is to stand outside the heap. Opening is one call, since the JDK's cipher would buffer
 * all of a message given to it in parts, and it must find the tag behind the ciphertext in the same
 * array: SMB has it in front, so it is copied into the spare bytes behind the frame, or, where
 * there are none, the message is copied into scratch.
 */
final class GcmAead extends Aead {
  private static final int NONCE_LENGTH = 12;
  private static final int BLOCK_LENGTH = 16;
  private static final byte[] NONE = new byte[0];

  /** What is encrypted at once into scratch: it stays in the first cache until it is copied. */
  private static final int OUTSIDE_CHUNK_BYTES = 8 << 10;

  private final KeyedPool<GcmCipher> pool;

  GcmAead(SessionSecret key) {
    this.pool = new KeyedPool<>(key, "AES", GcmCipher::new);
  }

  @Override
  void seal(
      long nonce,
      MemorySegment associatedData,
      List<MemorySegment> plaintext,
      MemorySegment ciphertext,
      MemorySegment tag)
      throws KeyUnavailableException {
    GcmCipher cipher = pool.acquire();
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
    GcmCipher cipher = pool.acquire();
    try {
      return cipher.open(
          nonce, associatedData, ciphertext, spareTailBytes, tag, HeapBytes.of(plaintext));
    } finally {
      pool.release(cipher);
    }
  }

  @Override
  public void close() {
    pool.close();
  }

  /** One cipher of the pool; for one thread at a time. */
  private static final class GcmCipher implements KeyedPool.Keyed {
    private final LentKey key;
    private final Cipher cipher;
    private final byte[] nonce = new byte[NONCE_LENGTH];
    private final byte[] last = new byte[BLOCK_LENGTH + TAG_LENGTH];

    /** One chunk of ciphertext, and a block that was held back. */
    private byte[] sealed = NONE;

    private byte[] scratch = NONE;

    GcmCipher(LentKey key) {
      this.key = key;
      try {
        this.cipher = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("the JDK has AES-GCM", e);
      }
    }

    void seal(
        long counter,
        MemorySegment associatedData,
        List<MemorySegment> plaintext,
        HeapBytes out,
        MemorySegment tag) {
      writeNonce(counter, nonce);
      try {
        init(Cipher.ENCRYPT_MODE, associatedData);
        int written = 0;
        for (MemorySegment segment : plaintext) {
          written += update(segment, out, written);
        }
        int rest = cipher.doFinal(NONE, 0, 0, last, 0) - TAG_LENGTH;
        System.arraycopy(last, 0, out.array(), out.offset() + written, rest);
        MemorySegment.copy(last, rest, tag, ValueLayout.JAVA_BYTE, 0, TAG_LENGTH);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES-GCM refused to encrypt", e);
      }
    }

    /** As {@link #seal}, into memory outside the heap. */
    void sealOutside(
        long counter,
        MemorySegment associatedData,
        List<MemorySegment> plaintext,
        MemorySegment out,
        MemorySegment tag) {
      writeNonce(counter, nonce);
      if (sealed.length == 0) {
        sealed = new byte[OUTSIDE_CHUNK_BYTES + BLOCK_LENGTH];
      }
      try {
        init(Cipher.ENCRYPT_MODE, associatedData);
        long written = 0;
        for (MemorySegment segment : plaintext) {
          written += updateOutside(segment, out, written);
        }
        int rest = cipher.doFinal(NONE, 0, 0, last, 0) - TAG_LENGTH;
        MemorySegment.copy(last, 0, out, ValueLayout.JAVA_BYTE, written, rest);
        MemorySegment.copy(last, rest, tag, ValueLayout.JAVA_BYTE, 0, TAG_LENGTH);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES-GCM refused to encrypt", e);
      }
    }

    /**
     * Encrypts one segment behind what is written, a chunk at a time. Input and output are two
     * arrays: in one array, the output behind the input, the JDK's cipher would make a third for
     * every call.
     */
    private long updateOutside(MemorySegment segment, MemorySegment out, long from)
        throws GeneralSecurityException {
      boolean heap = HeapBytes.backs(segment);
      byte[] in = heap ? HeapBytes.of(segment).array() : scratch(OUTSIDE_CHUNK_BYTES);
      int start = heap ? HeapBytes.of(segment).offset() : 0;
      long written = from;
      for (long at = 0; at < segment.byteSize(); at += OUTSIDE_CHUNK_BYTES) {
        int chunk = (int) Math.min(OUTSIDE_CHUNK_BYTES, segment.byteSize() - at);
        if (!heap) {
          MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, in, 0, chunk);
        }
        int given = cipher.update(in, heap ? start + (int) at : 0, chunk, sealed, 0);
        MemorySegment.copy(sealed, 0, out, ValueLayout.JAVA_BYTE, written, given);
        written += given;
      }
      return written - from;
    }

    /** Encrypts one segment behind what is written; a part of a block waits for the next. */
    private int update(MemorySegment segment, HeapBytes out, int from)
        throws GeneralSecurityException {
      int written = from;
      if (HeapBytes.backs(segment)) {
        HeapBytes in = HeapBytes.of(segment);
        for (int at = 0; at < in.length(); at += HeapBytes.CHUNK_BYTES) {
          int chunk = Math.min(HeapBytes.CHUNK_BYTES, in.length() - at);
          written +=
              cipher.update(
                  in.array(), in.offset() + at, chunk, out.array(), out.offset() + written);
        }
        return written - from;
      }
      byte[] copied = scratch((int) Math.min(HeapBytes.CHUNK_BYTES, segment.byteSize()));
      for (long at = 0; at < segment.byteSize(); at += HeapBytes.CHUNK_BYTES) {
        int chunk = (int) Math.min(HeapBytes.CHUNK_BYTES, segment.byteSize() - at);
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, copied, 0, chunk);
        written += cipher.update(copied, 0, chunk, out.array(), out.offset() + written);
      }
      return written - from;
    }

    boolean open(
        byte[] nonceField,
        MemorySegment associatedData,
        MemorySegment ciphertext,
        int spareTailBytes,
        MemorySegment tag,
        HeapBytes out) {
      System.arraycopy(nonceField, 0, nonce, 0, NONCE_LENGTH);
      HeapBytes in = withTag(ciphertext, spareTailBytes, tag);
      try {
        init(Cipher.DECRYPT_MODE, associatedData);
        cipher.doFinal(in.array(), in.offset(), in.length(), out.array(), out.offset());
        return true;
      } catch (AEADBadTagException _) {
        // The JDK decrypts while it verifies, and wipes afterwards; not left to it alone.
        Arrays.fill(out.array(), out.offset(), out.offset() + out.length(), (byte) 0);
        return false;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES-GCM refused to decrypt", e);
      } finally {
        if (in.array() == scratch && scratch.length > KEPT_SCRATCH_BYTES) {
          scratch = NONE;
        }
      }
    }

    /** The ciphertext with the tag behind it, in one array. */
    private HeapBytes withTag(MemorySegment ciphertext, int spareTailBytes, MemorySegment tag) {
      int length = Math.toIntExact(ciphertext.byteSize());
      HeapBytes joined;
      if (spareTailBytes >= TAG_LENGTH && HeapBytes.backs(ciphertext)) {
        HeapBytes in = HeapBytes.of(ciphertext);
        joined = new HeapBytes(in.array(), in.offset(), length + TAG_LENGTH);
      } else {
        joined = new HeapBytes(scratch(length + TAG_LENGTH), 0, length + TAG_LENGTH);
        MemorySegment.copy(ciphertext, ValueLayout.JAVA_BYTE, 0, joined.array(), 0, length);
      }
      MemorySegment.copy(
          tag, ValueLayout.JAVA_BYTE, 0, joined.array(), joined.offset() + length, TAG_LENGTH);
      return joined;
    }

    private void init(int mode, MemorySegment associatedData) throws GeneralSecurityException {
      cipher.init(mode, key, new GCMParameterSpec(TAG_LENGTH * Byte.SIZE, nonce));
      if (associatedData.byteSize() > 0) {
        HeapBytes bytes = HeapBytes.of(associatedData);
        cipher.updateAAD(bytes.array(), bytes.offset(), bytes.length());
      }
    }

    private byte[] scratch(int lengthBytes) {
      if (scratch.length < lengthBytes) {
        scratch = new byte[lengthBytes];
      }
      return scratch;
    }

    @Override
    public void erase() {
      Arrays.fill(scratch, (byte) 0);
      Arrays.fill(sealed, (byte) 0);
      Arrays.fill(last, (byte) 0);
      try {
        // The cipher overwrites its copy of the old key and its schedule when it takes a new one.
        // It refuses the same key and nonce twice; no message has this nonce.
        byte[] zeros = new byte[BLOCK_LENGTH];
        Arrays.fill(nonce, (byte) 0xFF);
        cipher.init(
            Cipher.ENCRYPT_MODE,
            new SecretKeySpec(zeros, "AES"),
            new GCMParameterSpec(TAG_LENGTH * Byte.SIZE, nonce));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES-GCM refused a key", e);
      }
    }
  }
}
