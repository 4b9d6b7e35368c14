package org.sealane.smb.lane;

import java.time.Duration;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/** Something about a lane of this node that an administrator should know. */
public sealed interface LaneEvent {
  LaneKey key();

  /** It has its first session, or one after it was closed. */
  record Opened(LaneKey key, Facts facts) implements LaneEvent {}

  /**
   * It has another session, with new keys.
   *
   * @param pause how long requests were held
   */
  record Moved(LaneKey key, MoveCause cause, Duration pause, Facts facts) implements LaneEvent {}

  /** It has no session, as none could be opened. */
  record Failed(LaneKey key, String reason) implements LaneEvent {}

  /** It takes TCP, as RDMA does not connect or was lost. */
  record FellBack(LaneKey key, String transport, String reason) implements LaneEvent {}

  /**
   * What a session was opened with.
   *
   * @param transport the transport's name
   * @param level what the policy says now
   * @param epoch of that policy
   */
  record Facts(
      String transport, CipherId cipher, SigningAlgorithm signing, Level level, long epoch) {}

  /** Hears of events, on a thread of the lane; must not block. */
  @FunctionalInterface
  interface Sink {
    /** Hears nothing; what happens is logged whatever the sink does. */
    Sink NONE = _ -> {};

    void accept(LaneEvent event);
  }
}
