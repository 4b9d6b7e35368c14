package org.sealane.smb.transport;

import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/**
 * One received message, without the transport's own prefix. Backed by a heap array, since ciphers
 * run fastest there. Release it exactly once, after which the segment must not be touched.
 */
public interface InboundFrame extends AutoCloseable {
  MemorySegment bytes();

  /**
   * How many bytes behind {@link #bytes}, in the same array, belong to this frame too and may be
   * overwritten by the handler. With 16 of them or more a sealed message is opened without a copy:
   * the cipher wants the tag behind the ciphertext, SMB puts it in front.
   */
  default int spareTailBytes() {
    return 0;
  }

  /**
   * The token of ours that the peer invalidated with this message. Its {@link
   * DirectPlacement.Exposure} has no rights any more: {@code revoke} completes at once.
   */
  default OptionalInt invalidatedToken() {
    return OptionalInt.empty();
  }

  /** Returns the memory; a second call throws, as it would be somebody else's by then. */
  @Override
  void close();
}
