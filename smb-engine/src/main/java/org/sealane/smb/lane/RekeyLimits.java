package org.sealane.smb.lane;

import java.time.Duration;

/**
 * When a lane takes new keys: whichever limit is reached first.
 *
 * @param bytes payload bytes sealed or signed under one set of keys, at least 1 MiB
 * @param messages messages sealed, opened or signed under one set of keys, at least 64
 * @param age time since the keys were derived, at least one second
 */
public record RekeyLimits(long bytes, long messages, Duration age) {
  /**
   * 2^32 messages under one key keep the probability that AES-GCM's nonces and tags give away
   * anything below what [NIST SP 800-38D] 8.3 asks for.
   */
  public static final long MESSAGES_DEFAULT = 1L << 32;

  /** 64 GiB keeps AES-GCM far below its per-key bounds; an hour bounds what a leaked key opens. */
  public static final RekeyLimits DEFAULT = new RekeyLimits(64L << 30, Duration.ofHours(1));

  /** So many messages are needed to open a lane with some files, before the first payload. */
  private static final long MESSAGES_MIN = 64;

  /** Limits of bytes and time, with the default limit of messages. */
  public RekeyLimits(long bytes, Duration age) {
    this(bytes, MESSAGES_DEFAULT, age);
  }

  public RekeyLimits {
    if (bytes < 1L << 20) {
      throw new IllegalArgumentException("rekey bytes " + bytes + " is below 1 MiB");
    }
    if (messages < MESSAGES_MIN) {
      throw new IllegalArgumentException("rekey messages " + messages + " is below 64");
    }
    if (age.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("rekey age " + age + " is below 1s");
    }
  }
}
