package org.sealane.smb.lane;

import java.util.UUID;

/**
 * The newest signed policy that a node knows of a volume, as bytes that only the two ends'
 * verifiers understand. Both ends of a lane exchange it inside the encrypted session before the
 * first payload, so that the one behind adopts the newer first.
 *
 * <p>Any thread may call; both methods may block.
 */
public interface PolicyState {
  /** The longest state; a longer one is not sent and not taken. */
  int BYTES_MAX = 128 << 10;

  /** A node that knows nothing and learns nothing. */
  PolicyState NONE =
      new PolicyState() {
        @Override
        public byte[] newest(UUID volume) {
          return new byte[0];
        }

        @Override
        public void offer(UUID volume, byte[] peerState) {}
      };

  /** What this node knows; empty if nothing, at most {@link #BYTES_MAX}. */
  byte[] newest(UUID volume);

  /**
   * What the other end knows, hostile until verified. Returns when it has been adopted, if it is
   * newer and good; otherwise it is ignored, or reported where it is an attack. Does not throw.
   *
   * @param peerState the receiver's to keep; may be empty
   */
  void offer(UUID volume, byte[] peerState);
}
