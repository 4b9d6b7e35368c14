package org.sealane.deploy.bench;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What one thread of this machine does without Sealane: AES-128-GCM and memory copy over the
 * working set of the runs they are compared with. The key is a throw-away of this probe.
 */
public final class MachineLimits {
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int TAG_BITS = 128;

  private final byte[] from;
  private final byte[] to;

  /**
   * @param workingSetBytes bytes walked through before any is met again
   */
  public MachineLimits(int workingSetBytes) {
    int bytes = Math.max(CHUNK_BYTES, workingSetBytes / CHUNK_BYTES * CHUNK_BYTES);
    this.from = new byte[bytes];
    this.to = new byte[bytes + TAG_BITS / 8];
  }

  /** Bytes a second of AES-128-GCM encryption on heap arrays, over about {@code nanos}. */
  public double aesGcmBytesPerSecond(long nanos) {
    return rate(nanos, this::encryptOnce);
  }

  /** Bytes a second of copying between heap arrays, over about {@code nanos}. */
  public double memoryCopyBytesPerSecond(long nanos) {
    return rate(nanos, _ -> System.arraycopy(from, 0, to, 0, from.length));
  }

  private void encryptOnce(long round) {
    try {
      byte[] nonce = new byte[12];
      for (int i = 0; i < Long.BYTES; i++) {
        nonce[i] = (byte) (round >>> (8 * i));
      }
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(new byte[16], "AES"),
          new GCMParameterSpec(TAG_BITS, nonce));
      int written = 0;
      for (int at = 0; at < from.length; at += CHUNK_BYTES) {
        written += cipher.update(from, at, CHUNK_BYTES, to, written);
      }
      cipher.doFinal(to, written);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no AES-GCM", e);
    }
  }

  private double rate(long nanos, java.util.function.LongConsumer once) {
    long round = 0;
    long warmUntil = System.nanoTime() + nanos / 2;
    while (System.nanoTime() < warmUntil) {
      once.accept(round++);
    }
    long start = System.nanoTime();
    long bytes = 0;
    long now = start;
    while (now - start < nanos) {
      once.accept(round++);
      bytes += from.length;
      now = System.nanoTime();
    }
    return bytes * 1e9 / (now - start);
  }
}
