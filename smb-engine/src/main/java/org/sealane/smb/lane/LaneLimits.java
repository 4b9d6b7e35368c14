package org.sealane.smb.lane;

import java.time.Duration;

/**
 * How long things of a lane may take.
 *
 * @param idle a lane with nothing open that nobody has used for this long is closed
 * @param open how long a lane with nothing open is tried to be opened while the other node takes
 *     the connection and does not answer in time; if it refuses it, that is the answer
 * @param drain how long a move waits for requests under way before it drops their connection
 * @param move how long a lane with something open is tried to be opened again before its requests
 *     fail
 */
public record LaneLimits(Duration idle, Duration open, Duration drain, Duration move) {
  public static final LaneLimits DEFAULT =
      new LaneLimits(
          Duration.ofMinutes(2),
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          Duration.ofSeconds(120));

  public LaneLimits {
    for (Duration each : new Duration[] {idle, open, drain, move}) {
      if (each.isNegative()) {
        throw new IllegalArgumentException("a limit of time is " + each);
      }
    }
  }
}
