package org.sealane.smb.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.ClientNegotiation;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.SecurityMode;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.transport.FramePool;

/**
 * Limits and choices of one connection.
 *
 * @param negotiation what the client offers in NEGOTIATE, and so all it accepts
 * @param creditsTarget credits the client asks the server to let it hold
 * @param queuedRequestsMax requests that may wait for credits; a further one fails
 * @param payloadBytesMax the longest READ or WRITE; a longer one is split
 * @param requestTimeout how long a request may wait for its response; four times that once the
 *     server said that it is working on it
 */
public record ClientSettings(
    ClientNegotiation.Settings negotiation,
    int creditsTarget,
    int queuedRequestsMax,
    int payloadBytesMax,
    Duration requestTimeout) {

  /** CreditRequest is 16 bits wide; a quarter of that is a gibibyte under way. */
  public static final int CREDITS_TARGET_MAX = 16_384;

  public ClientSettings {
    if (creditsTarget < 1 || creditsTarget > CREDITS_TARGET_MAX) {
      throw new IllegalArgumentException("credits target " + creditsTarget);
    }
    if (queuedRequestsMax < 1) {
      throw new IllegalArgumentException("queued requests " + queuedRequestsMax);
    }
    if (payloadBytesMax < 1 || payloadBytesMax > FramePool.PAYLOAD_BYTES_MAX) {
      throw new IllegalArgumentException("payload bytes " + payloadBytesMax);
    }
    if (!requestTimeout.isPositive()) {
      throw new IllegalArgumentException("request timeout " + requestTimeout);
    }
  }

  /**
   * What a lane uses: exactly the policy's ciphers and signing algorithms, and credits for 64 MiB
   * under way.
   */
  public static ClientSettings of(
      UUID clientGuid, List<CipherId> ciphers, List<SigningAlgorithm> signing) {
    return of(
        new ClientNegotiation.Settings(
            Set.of(Dialect.SMB_3_1_1),
            ciphers,
            signing,
            Set.of(),
            ClientNegotiation.Encryption.REQUIRED,
            SecurityMode.SIGNING_ENABLED,
            new Capabilities(Capabilities.LARGE_MTU | Capabilities.ENCRYPTION),
            clientGuid,
            Optional.empty()));
  }

  /**
   * What a user's client offers a server that others wrote: whatever signs each message at least.
   *
   * @param dialects those it speaks
   * @param encryption whether a connection without a cipher will do
   */
  public static ClientSettings ofUser(
      UUID clientGuid,
      Set<Dialect> dialects,
      List<CipherId> ciphers,
      List<SigningAlgorithm> signing,
      ClientNegotiation.Encryption encryption) {
    boolean modern = dialects.stream().anyMatch(dialect -> dialect.isAtLeast(Dialect.SMB_3_0));
    int capabilities =
        modern ? Capabilities.LARGE_MTU | (ciphers.isEmpty() ? 0 : Capabilities.ENCRYPTION) : 0;
    return of(
        new ClientNegotiation.Settings(
            dialects,
            ciphers,
            signing,
            Set.of(),
            encryption,
            SecurityMode.SIGNING_REQUIRED,
            new Capabilities(capabilities),
            clientGuid,
            Optional.empty()));
  }

  private static ClientSettings of(ClientNegotiation.Settings negotiation) {
    return new ClientSettings(
        negotiation, 1_024, 4_096, FramePool.PAYLOAD_BYTES_MAX, Duration.ofSeconds(30));
  }
}
