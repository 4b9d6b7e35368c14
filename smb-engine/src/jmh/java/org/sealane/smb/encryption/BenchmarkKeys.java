package org.sealane.smb.encryption;

import java.util.Optional;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/** Keys for benchmarks. */
public final class BenchmarkKeys {
  private BenchmarkKeys() {}

  public static SessionKeys of(CipherId cipher, SigningAlgorithm signing, Role role) {
    try (SessionSecret secret = new SessionSecret(new byte[32])) {
      return SessionKeys.derive(
          secret,
          new KeyParameters(
              new KeyContext.Smb311(new byte[KeyContext.Smb311.HASH_LENGTH]),
              Optional.of(cipher),
              signing,
              role,
              1));
    }
  }
}
