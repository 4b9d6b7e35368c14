package org.sealane.smb.auth.ntlm;

import java.time.Duration;

/**
 * How often a password may be guessed.
 *
 * @param freeFailures failures of one account from one address that cost nothing: typing errors
 * @param firstDelay how long that account is refused from that address after the next failure;
 *     doubled by each further one
 * @param longestDelay where doubling ends: a lock-out
 * @param accountFailures failures of one account from all addresses together, within {@code
 *     accountWindow}, after which it is locked for the rest of that time
 * @param accountWindow see there
 * @param entries what is remembered at most; the longest unused is forgotten
 */
public record LogonLimits(
    int freeFailures,
    Duration firstDelay,
    Duration longestDelay,
    int accountFailures,
    Duration accountWindow,
    int entries) {

  /** A guesser gets about a hundred tries a day and address, and 2400 with all addresses. */
  public static final LogonLimits DEFAULT =
      new LogonLimits(
          3, Duration.ofSeconds(1), Duration.ofMinutes(15), 100, Duration.ofHours(1), 4096);

  public LogonLimits {
    if (freeFailures < 0
        || accountFailures < 1
        || entries < 1
        || !firstDelay.isPositive()
        || longestDelay.compareTo(firstDelay) < 0
        || !accountWindow.isPositive()) {
      throw new IllegalArgumentException("limits of logon that limit nothing");
    }
  }
}
