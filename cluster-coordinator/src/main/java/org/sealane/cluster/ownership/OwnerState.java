package org.sealane.cluster.ownership;

/**
 * How far this node is with a volume of which it is the sole candidate.
 *
 * <pre>
 * Unclaimed -> Claiming -> Claimed -> Recording -> Serving
 *     ^           |           |           |           | (a new session: announced again)
 *     +-- Refused +-----------+-----------+           +-> Recording, and serving on
 * </pre>
 */
public sealed interface OwnerState {

  /** Whether the volume is served here. */
  default boolean isServing() {
    return switch (this) {
      case Serving _ -> true;
      case Recording recording -> recording.servedUnder() > 0;
      case Unclaimed _, Claiming _, Claimed _, Refused _ -> false;
    };
  }

  /** The owner epoch under which it is served, 0 if it is not. */
  default long ownerEpoch() {
    return switch (this) {
      case Serving serving -> serving.epoch();
      case Recording recording -> recording.servedUnder();
      case Unclaimed _, Claiming _, Claimed _, Refused _ -> 0;
    };
  }

  /** Nothing done yet. */
  record Unclaimed() implements OwnerState {}

  /** The backing is being locked and its marker read. */
  record Claiming() implements OwnerState {}

  /** The backing is the right one; no owner epoch yet. */
  record Claimed(long lastOwnerEpoch) implements OwnerState {}

  /** Announced as {@code epoch}, which is being written to the marker. */
  record Recording(long epoch, long servedUnder) implements OwnerState {}

  /** Owned and served, whether ZooKeeper is there or not. */
  record Serving(long epoch) implements OwnerState {}

  /** Not owned, for {@code reason}; tried again at {@code retryAt} on the boot clock. */
  record Refused(String reason, long retryAt) implements OwnerState {}
}
