package org.sealane.smb.signing;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.KeyedPool;
import org.sealane.smb.encryption.key.LentKey;
import org.sealane.smb.wire.Smb2Header;

/** HMAC-SHA256 cut to 16 bytes, [MS-SMB2] 3.1.4.1. */
final class HmacSigner extends MessageSigner {
  private static final int SCRATCH_BYTES = 16 << 10;

  private final KeyedPool<HmacState> pool;

  HmacSigner(SessionSecret key) {
    this.pool = new KeyedPool<>(key, "HmacSHA256", HmacState::new);
  }

  @Override
  byte[] compute(Signed signed) throws KeyUnavailableException {
    HmacState state = pool.acquire();
    try {
      return state.compute(signed);
    } finally {
      pool.release(state);
    }
  }

  @Override
  boolean matches(Signed signed, byte[] signature) throws KeyUnavailableException {
    return MessageDigest.isEqual(compute(signed), signature);
  }

  @Override
  public void close() {
    pool.close();
  }

  /** One MAC of the pool; for one thread at a time. */
  static final class HmacState implements KeyedPool.Keyed {
    private final Mac mac;
    private final byte[] scratch = new byte[SCRATCH_BYTES];

    HmacState(LentKey key) {
      try {
        this.mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every JDK has HMAC-SHA256", e);
      }
    }

    byte[] compute(Signed signed) {
      try {
        signed.feed(scratch, mac::update);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("HMAC-SHA256 refused to hash", e);
      }
      return Arrays.copyOf(mac.doFinal(), Smb2Header.SIGNATURE_LENGTH);
    }

    @Override
    public void erase() {
      Arrays.fill(scratch, (byte) 0);
      try {
        // The MAC overwrites the pads it derived from the old key.
        mac.init(new SecretKeySpec(new byte[Smb2Header.SIGNATURE_LENGTH], "HmacSHA256"));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("HMAC-SHA256 refused a key", e);
      }
    }
  }
}
