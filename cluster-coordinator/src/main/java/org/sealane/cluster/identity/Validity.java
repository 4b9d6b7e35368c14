package org.sealane.cluster.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * When a certificate is good, both ends included; whole seconds, as X.509 keeps them.
 *
 * @param notBefore the first instant
 * @param notAfter the last instant
 */
public record Validity(Instant notBefore, Instant notAfter) {
  /** How far the clocks of a cluster's hosts may differ. */
  public static final Duration CLOCK_SKEW_MAX = Duration.ofMinutes(5);

  public Validity {
    notBefore = notBefore.truncatedTo(ChronoUnit.SECONDS);
    notAfter = notAfter.truncatedTo(ChronoUnit.SECONDS);
    if (!notBefore.isBefore(notAfter)) {
      throw new IllegalArgumentException("valid from " + notBefore + " to " + notAfter);
    }
  }

  /** Good from now, also on a host whose clock is behind, for {@code lifetime}. */
  public static Validity startingAt(Instant now, Duration lifetime) {
    return new Validity(now.minus(CLOCK_SKEW_MAX), now.plus(lifetime));
  }
}
