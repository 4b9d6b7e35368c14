package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tells requests sent before a client changed its connection from those sent after, [MS-SMB2]
 * 3.3.5.2.10: Open.ChannelSequence, OutstandingRequestCount and OutstandingPreRequestCount. Owner
 * thread.
 */
final class ChannelSequence {
  private static final int MASK = 0xFFFF;

  /** A number this far ahead is newer, one further ahead is older: numbers wrap. */
  private static final int AHEAD_MAX = 0x7FFF;

  private int sequence;
  private UseCount outstanding = new UseCount();

  /** Requests of earlier numbers, only while there are any: no more of them than requests. */
  private final List<UseCount> earlier = new ArrayList<>();

  /** Goes on from a number, when nothing of any number before can be under way any more. */
  void restart(int number) {
    sequence = number & MASK;
    outstanding = new UseCount();
    earlier.clear();
  }

  /**
   * Looks at a request's number.
   *
   * @param number ChannelSequence of its header
   * @param replay whether it was sent before, on a connection that is lost
   * @return what counts the request until it is answered; empty if it is stale, or the replay of
   *     what may still be under way
   */
  Optional<UseCount> admit(int number, boolean replay) {
    earlier.removeIf(count -> count.uses() == 0);
    int ahead = (number - sequence) & MASK;
    if (ahead > AHEAD_MAX) {
      return Optional.empty();
    }
    if (ahead > 0) {
      if (outstanding.uses() > 0) {
        earlier.add(outstanding);
      }
      outstanding = new UseCount();
      sequence = number & MASK;
    }
    return replay && !earlier.isEmpty() ? Optional.empty() : Optional.of(outstanding);
  }
}
