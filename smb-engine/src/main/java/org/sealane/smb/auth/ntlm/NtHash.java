package org.sealane.smb.auth.ntlm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.MD4Digest;
import org.sealane.smb.auth.SessionSecret;

/**
 * What stands for a password in NTLM: MD4 of its UTF-16LE, [MS-NLMP] 3.3.1. Whoever has it can
 * authenticate as the user, so it is kept as a password is.
 */
public final class NtHash {
  /** Bytes of a hash. */
  public static final int LENGTH = 16;

  private NtHash() {}

  /** The hash of {@code password}; the receiver owns and closes it. */
  public static SessionSecret of(char[] password) {
    byte[] encoded = new byte[password.length * Character.BYTES];
    for (int i = 0; i < password.length; i++) {
      encoded[2 * i] = (byte) password[i];
      encoded[2 * i + 1] = (byte) (password[i] >>> Byte.SIZE);
    }
    MD4Digest md4 = new MD4Digest();
    md4.update(encoded, 0, encoded.length);
    Arrays.fill(encoded, (byte) 0);
    byte[] hash = new byte[LENGTH];
    md4.doFinal(hash, 0);
    return new SessionSecret(hash);
  }

  /** ResponseKeyNT of NTLMv2, [MS-NLMP] 3.3.2: bound to the user's name and domain. */
  static SessionSecret responseKey(SessionSecret ntHash, String user, String domain) {
    byte[] name = (NtlmCrypto.upperCase(user) + domain).getBytes(StandardCharsets.UTF_16LE);
    return ntHash.use(key -> new SessionSecret(NtlmCrypto.hmacMd5(key, name)));
  }
}
