package org.sealane.smb.encryption;

import java.util.concurrent.atomic.AtomicLong;
import org.sealane.smb.encryption.key.KeyUnavailableException;

/**
 * The nonces of one cipher key: the only place where they come from. Everything sealed under the
 * key, messages and RDMA payloads alike, draws from one of these, so no two ever share a nonce.
 * Nonces are never given back: a message that is sealed again takes a new one.
 *
 * <p>Any thread may call any method.
 */
public final class NonceCounter {
  /**
   * Messages one key may seal. The nonce has 64 counting bits; the stop lies so far below that no
   * race of threads and no fault in counting comes near a wrap.
   */
  static final long MESSAGES_MAX = 1L << 40;

  /**
   * Bytes one key may seal. At 2^46 bytes, 2^42 blocks, what an attacker gains over an ideal cipher
   * is at most 2^84 / 2^129 = 2^-45, for GCM as for CCM. A lane takes new keys far below, at {@link
   * org.sealane.smb.lane.RekeyLimits}.
   */
  static final long BYTES_MAX = 1L << 46;

  private final AtomicLong messages;
  private final AtomicLong bytes;

  /** A counter for a new key. */
  NonceCounter() {
    this(0, 0);
  }

  /** A counter as if so much had been sealed already. */
  NonceCounter(long messages, long bytes) {
    this.messages = new AtomicLong(messages);
    this.bytes = new AtomicLong(bytes);
  }

  /**
   * Reserves the next nonce for a message of {@code lengthBytes}; the first is 1. Use it for one
   * encryption or not at all.
   */
  long reserve(long lengthBytes) throws KeyUnavailableException {
    if (bytes.get() >= BYTES_MAX) {
      throw new KeyUnavailableException(KeyUnavailableException.Reason.EXHAUSTED);
    }
    long used;
    do {
      used = messages.get();
      if (used >= MESSAGES_MAX) {
        throw new KeyUnavailableException(KeyUnavailableException.Reason.EXHAUSTED);
      }
    } while (!messages.compareAndSet(used, used + 1));
    bytes.addAndGet(lengthBytes);
    return used + 1;
  }

  /** Nonces handed out since the key was derived. */
  public long messages() {
    return messages.get();
  }

  /** Plaintext bytes that those were handed out for. */
  public long bytes() {
    return bytes.get();
  }

  @Override
  public String toString() {
    return "NonceCounter[" + messages + " messages, " + bytes + " bytes]";
  }
}
