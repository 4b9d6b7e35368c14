package org.sealane.smb.signing;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.KeyedPool;
import org.sealane.smb.encryption.key.LentKey;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.Smb2Header;

/**
 * AES-128-GMAC: AES-GCM of the JDK with nothing to encrypt, the message as associated data, and a
 * nonce made of MessageId, role and CANCEL, [MS-SMB2] 3.1.4.1.
 *
 * <p>One key serves both directions, so a placed payload's nonce must differ from each message's
 * and from those of the other end: it is a counter, and in the last word the role as in a message's
 * and the top bit, which no message's has. The specification names no such rule.
 *
 * <p>The JDK gathers associated data before it hashes, so that a signature costs a copy of the
 * message, and is still nearly twice as fast as Bouncy Castle LTS; docs/performance.md.
 */
final class GmacSigner extends MessageSigner {
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int COMMAND_OFFSET = 12;
  private static final int MESSAGE_ID_OFFSET = 24;
  private static final int NONCE_LENGTH = 12;
  private static final int NONCE_ROLE_OFFSET = 8;
  private static final int FROM_SERVER_BIT = 1;
  private static final int CANCEL_BIT = 2;

  private static final int PAYLOAD_BIT = 1 << 31;

  /** Payloads one key may sign; so far below 2^64 that no fault in counting comes near a wrap. */
  private static final long PAYLOADS_MAX = 1L << 40;

  private final KeyedPool<GmacState> pool;
  private final Role role;
  private final AtomicLong payloads = new AtomicLong();

  GmacSigner(SessionSecret key, Role role) {
    this.pool = new KeyedPool<>(key, "AES", GmacState::new);
    this.role = role;
  }

  @Override
  byte[] compute(Signed signed) throws KeyUnavailableException {
    byte[] nonce = nonce(signed.header(), role);
    if (!hasOwnNonce(signed.header())) {
      throw new IllegalArgumentException("MessageId 0 and -1 are never signed");
    }
    GmacState state = pool.acquire();
    try {
      return state.compute(nonce, signed);
    } finally {
      pool.release(state);
    }
  }

  @Override
  boolean matches(Signed signed, byte[] signature) throws KeyUnavailableException {
    byte[] nonce = nonce(signed.header(), role.peer());
    if (!hasOwnNonce(signed.header())) {
      return false;
    }
    GmacState state = pool.acquire();
    try {
      return state.matches(nonce, signed, signature);
    } finally {
      pool.release(state);
    }
  }

  @Override
  int payloadNonceLength() {
    return NONCE_LENGTH;
  }

  @Override
  byte[] nextPayloadNonce() throws KeyUnavailableException {
    long used;
    do {
      used = payloads.get();
      if (used >= PAYLOADS_MAX) {
        throw new KeyUnavailableException(KeyUnavailableException.Reason.EXHAUSTED);
      }
    } while (!payloads.compareAndSet(used, used + 1));
    return nonce(used + 1, PAYLOAD_BIT | roleBit(role));
  }

  @Override
  byte[] computePayload(byte[] nonce, Signed signed) throws KeyUnavailableException {
    GmacState state = pool.acquire();
    try {
      return state.compute(nonce, signed);
    } finally {
      pool.release(state);
    }
  }

  @Override
  boolean matchesPayload(byte[] nonce, Signed signed, byte[] signature)
      throws KeyUnavailableException {
    GmacState state = pool.acquire();
    try {
      return state.matches(nonce, signed, signature);
    } finally {
      pool.release(state);
    }
  }

  @Override
  public void close() {
    pool.close();
  }

  /**
   * NEGOTIATE has MessageId 0, and all notifications of a server share -1: more than one message
   * would be signed under one nonce.
   */
  private static boolean hasOwnNonce(byte[] header) {
    long messageId = MemorySegment.ofArray(header).get(U64, MESSAGE_ID_OFFSET);
    return messageId != 0 && messageId != -1;
  }

  private static byte[] nonce(byte[] headerBytes, Role sender) {
    MemorySegment header = MemorySegment.ofArray(headerBytes);
    boolean cancel = header.get(U16, COMMAND_OFFSET) == Command.CANCEL.code();
    int cancelBit = cancel && sender == Role.CLIENT ? CANCEL_BIT : 0;
    return nonce(header.get(U64, MESSAGE_ID_OFFSET), roleBit(sender) | cancelBit);
  }

  private static int roleBit(Role sender) {
    return switch (sender) {
      case SERVER -> FROM_SERVER_BIT;
      case CLIENT -> 0;
    };
  }

  private static byte[] nonce(long first, int last) {
    byte[] nonce = new byte[NONCE_LENGTH];
    MemorySegment.ofArray(nonce).set(U64, 0, first);
    MemorySegment.ofArray(nonce).set(U32, NONCE_ROLE_OFFSET, last);
    return nonce;
  }

  /** One cipher of the pool; for one thread at a time. */
  static final class GmacState implements KeyedPool.Keyed {
    private static final int TAG_BITS = Smb2Header.SIGNATURE_LENGTH * Byte.SIZE;
    private static final int SCRATCH_BYTES = 16 << 10;

    private final LentKey key;
    private final Cipher cipher;
    private final byte[] scratch = new byte[SCRATCH_BYTES];

    GmacState(LentKey key) {
      this.key = key;
      try {
        this.cipher = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("the JDK has AES-GCM", e);
      }
    }

    byte[] compute(byte[] nonce, Signed signed) {
      try {
        cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
        signed.feed(scratch, cipher::updateAAD);
        return cipher.doFinal();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES-GCM refused to sign", e);
      }
    }

    boolean matches(byte[] nonce, Signed signed, byte[] signature) {
      try {
        cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
        signed.feed(scratch, cipher::updateAAD);
        // The cipher compares in constant time.
        cipher.doFinal(signature);
        return true;
      } catch (AEADBadTagException _) {
        return false;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES-GCM refused to verify", e);
      }
    }

    @Override
    public void erase() {
      Arrays.fill(scratch, (byte) 0);
      // The cipher refuses the same key and nonce twice; no message has this nonce.
      byte[] nonce = new byte[NONCE_LENGTH];
      Arrays.fill(nonce, (byte) 0xFF);
      try {
        cipher.init(
            Cipher.ENCRYPT_MODE,
            new SecretKeySpec(new byte[Smb2Header.SIGNATURE_LENGTH], "AES"),
            new GCMParameterSpec(TAG_BITS, nonce));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES-GCM refused a key", e);
      }
    }
  }
}
