package org.sealane.cluster.member;

import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * What both ends of a lane tell each other of a volume's policy before the first payload, so that
 * the one behind does not depend on ZooKeeper to learn of a turn. A peer's word counts for no more
 * than ZooKeeper's: everything is verified as if it had been read there. Any thread.
 */
public interface PolicyStateExchange {
  /** The longest state: a slot with two documents of the longest payload, in base64 twice over. */
  int STATE_BYTES_MAX = 128 * 1024;

  /** Offers of peers that may wait for their turn at once; more are not looked at. */
  int OFFERS_MAX = 64;

  /** What became of a peer's state. */
  enum Answer {
    /** It is what this node follows. */
    SAME,
    /** It was newer; it is remembered and its rules are in force. */
    ADOPTED,
    /** It is older than what this node follows: the peer is the one behind. */
    PEER_BEHIND,
    /** It can not be judged alone, or not now; this node looks in ZooKeeper. */
    UNDECIDED,
    /** It is not what the administrator signed, or contradicts it; audited. */
    REFUSED
  }

  /**
   * The newest signed state of {@code volume}'s policy that this node has on disk: committed and
   * pending document and the step of their turn, the same bytes for the same state.
   *
   * @return at most {@link #STATE_BYTES_MAX} bytes of the caller's own; empty if there is none
   */
  byte[] newest(UUID volume);

  /**
   * Judges what a peer's {@link #newest} gave for {@code volume}. When the answer is there, what it
   * says is done: rules of an adopted state are in force. Never completes exceptionally.
   *
   * @param peerState not changed by anyone after; hostile until judged
   */
  CompletionStage<Answer> offer(UUID volume, byte[] peerState);
}
