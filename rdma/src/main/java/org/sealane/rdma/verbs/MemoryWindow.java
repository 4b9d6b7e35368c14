package org.sealane.rdma.verbs;

/**
 * A type 2 memory window: rights for the peer of one queue pair to a part of a region, given by
 * {@link WorkRequest.BindWindow} and taken away by {@link WorkRequest.LocalInvalidate} or by the
 * peer's send with invalidate, without a call into the kernel. Any thread may call.
 */
public interface MemoryWindow extends AutoCloseable {
  /**
   * The key of the last bind that was posted; each bind makes a new one, so that an old key does
   * not come to life again.
   */
  RemoteKey key();

  /** Frees it and takes its rights away. Close it before its region. Idempotent. */
  @Override
  void close();
}
