package org.sealane.smb.transport;

import java.lang.foreign.MemorySegment;

/**
 * One received message, without the transport's own prefix. Backed by a heap array, since ciphers
 * run fastest there. Release it exactly once, after which the segment must not be touched.
 */
public interface InboundFrame extends AutoCloseable {
  MemorySegment bytes();

  /** Returns the memory; a second call throws, as it would be somebody else's by then. */
  @Override
  void close();
}
