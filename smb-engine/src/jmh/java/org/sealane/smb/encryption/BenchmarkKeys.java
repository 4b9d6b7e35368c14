package org.sealane.smb.encryption;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.encryption.warmup.CipherWarmUp;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/**
 * Keys for benchmarks, and code that is compiled before they start: JMH's own warm-up is a matter
 * of seconds, in which messages of 1 MiB and more may stay interpreted (see {@link CipherWarmUp}).
 *
 * <p>The benchmarks take samples, whose median says what the code costs even if the machine has
 * other things to do at the same time.
 */
public final class BenchmarkKeys {
  private BenchmarkKeys() {}

  /** Compiles the paths of one cipher and one signing algorithm. */
  public static void warm(CipherId cipher, SigningAlgorithm signing) {
    System.out.println(
        new CipherWarmUp(System::nanoTime)
            .run(Duration.ofSeconds(15), EnumSet.of(cipher), EnumSet.of(signing)));
  }

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
