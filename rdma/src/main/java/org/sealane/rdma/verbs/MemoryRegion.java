package org.sealane.rdma.verbs;

import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * Memory registered with a device. Any thread may call. Close it when no work request and no bound
 * window uses it.
 */
public interface MemoryRegion extends AutoCloseable {
  /** The memory, outside the heap, accessible to every thread; not to be touched after close. */
  MemorySegment bytes();

  long lengthBytes();

  /** What a peer calls the first byte. */
  long remoteAddress();

  /** The key under which a peer reaches the region, if it was registered with remote rights. */
  RemoteKey remoteKey();

  Set<Access> access();

  /** All of it, or as much as one work request can name. */
  default Slice whole() {
    return new Slice(this, 0, Math.toIntExact(Math.min(lengthBytes(), Integer.MAX_VALUE)));
  }

  /**
   * Deregisters it; remote rights are gone when this returns. Frees the memory if the region was
   * made with it. Idempotent.
   */
  @Override
  void close();
}
