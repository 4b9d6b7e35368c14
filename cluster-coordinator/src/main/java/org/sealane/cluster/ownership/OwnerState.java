package org.sealane.cluster.ownership;

/**
 * How far this node is with a volume of which it is a candidate.
 *
 * <pre>
 * Unclaimed -> Claiming -> Claimed -> Recording -> Serving -> Recording, and serving on
 *   ^  ^          |           |           |           |        (announced anew)
 *   |  +- Refused +-----------+-----------+           |
 *   +------------------------ Releasing <-------------+
 *   +----------- Resigned <------+
 * </pre>
 */
public sealed interface OwnerState {

  /** Whether the volume is served here. */
  default boolean isServing() {
    return switch (this) {
      case Serving _ -> true;
      case Recording recording -> recording.servedUnder() > 0;
      case Unclaimed _, Claiming _, Claimed _, Releasing _, Resigned _, Refused _ -> false;
    };
  }

  /** The owner epoch under which it is served, 0 if it is not. */
  default long ownerEpoch() {
    return switch (this) {
      case Serving serving -> serving.epoch();
      case Recording recording -> recording.servedUnder();
      case Unclaimed _, Claiming _, Claimed _, Releasing _, Resigned _, Refused _ -> 0;
    };
  }

  /** Nothing done yet. */
  record Unclaimed() implements OwnerState {}

  /**
   * The backing is being locked and its marker read.
   *
   * @param documentEpoch of the volume's document, as in the states that follow: whoever comes
   *     first in a later one is to own the volume
   */
  record Claiming(long documentEpoch) implements OwnerState {}

  /** The backing is the right one; no owner epoch yet. */
  record Claimed(long lastOwnerEpoch, long documentEpoch) implements OwnerState {}

  /** Announced as {@code epoch}, which is being written to the marker. */
  record Recording(long epoch, long servedUnder, long documentEpoch) implements OwnerState {}

  /** Owned and served: by a sole candidate for as long as it lives, by others under their lease. */
  record Serving(long epoch, long documentEpoch) implements OwnerState {}

  /**
   * No longer served; what is under way ends, then the backing is unlocked.
   *
   * @param resigning whether somebody else is to own the volume then
   */
  record Releasing(String why, boolean resigning) implements OwnerState {}

  /** Unlocked; what is left is this node's entry, which keeps others out. */
  record Resigned(String why) implements OwnerState {}

  /** Not owned, for {@code reason}; tried again at {@code retryAt} on the boot clock. */
  record Refused(String reason, long retryAt) implements OwnerState {}
}
