package org.sealane.smb.server;

import org.sealane.smb.share.ShareException;

/**
 * What a worker does for one request. A value until the shell runs it.
 *
 * @param bytes memory that request and response occupy while it runs
 * @param lends whether the response will take that memory from the pool, and keep it until the peer
 *     has read it
 * @param mustRun true for what ends something: it is neither cancelled nor turned away when the
 *     server is busy
 * @param work blocks
 */
record Operation(long bytes, boolean lends, boolean mustRun, Work work) {

  @FunctionalInterface
  interface Work {
    Outcome run() throws ShareException;
  }

  static Operation of(long bytes, Work work) {
    return new Operation(bytes, false, false, work);
  }

  /** As {@link #of}, for one whose response carries {@code bytes}. */
  static Operation lending(long bytes, Work work) {
    return new Operation(bytes, true, false, work);
  }

  static Operation certain(Work work) {
    return new Operation(0, false, true, work);
  }
}
