package org.sealane.smb.lane;

import java.time.Duration;

/**
 * Whether an attempt to open a lane that failed is made again. A lane with something open is tried
 * until the limit of its moves, unless the nodes do not accept each other; a first opening only
 * where the other node is slow. Either goes on where this node knows another policy by then than it
 * dialed with, as what was refused is asked no more. Pure.
 *
 * @param patient whether something is open, so that waiting is worth more
 * @param limits how long each may take
 */
public record LaneRetry(boolean patient, LaneLimits limits) {

  /** Why an attempt failed. */
  public enum Failure {
    /** One node does not accept the other. */
    IDENTITY_REFUSED,
    /** No answer came in time. */
    LATE,
    /** Anything else: refused, not there, broken off. */
    OTHER
  }

  /**
   * True to dial again.
   *
   * @param dialed the policy that the attempt was made with
   * @param known the policy known when it had failed
   * @param spent since the first attempt
   */
  public boolean again(Failure failure, LanePolicy dialed, LanePolicy known, Duration spent) {
    Duration limit = patient ? limits.move() : limits.open();
    if (spent.compareTo(limit) >= 0) {
      return false;
    }
    boolean worthwhile =
        switch (failure) {
          case IDENTITY_REFUSED -> false;
          case LATE -> true;
          case OTHER -> patient;
        };
    return worthwhile || !known.equals(dialed);
  }
}
