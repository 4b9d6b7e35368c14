package org.sealane.smb.lane;

import java.time.Duration;

/**
 * When a lane takes new keys: whichever limit is reached first.
 *
 * @param bytes payload bytes sealed or signed under one set of keys, at least 1 MiB
 * @param age time since the keys were derived, at least one second
 */
public record RekeyLimits(long bytes, Duration age) {
  /** 64 GiB keeps AES-GCM far below its per-key bounds; an hour bounds what a leaked key opens. */
  public static final RekeyLimits DEFAULT = new RekeyLimits(64L << 30, Duration.ofHours(1));

  public RekeyLimits {
    if (bytes < 1L << 20) {
      throw new IllegalArgumentException("rekey bytes " + bytes + " is below 1 MiB");
    }
    if (age.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("rekey age " + age + " is below 1s");
    }
  }
}
