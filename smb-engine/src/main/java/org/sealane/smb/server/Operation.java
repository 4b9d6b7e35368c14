package org.sealane.smb.server;

import org.sealane.smb.share.ShareException;

/**
 * What a worker does for one request. A value until the shell runs it.
 *
 * @param bytes memory that request and response occupy while it runs
 * @param mustRun true for what ends something: it is neither cancelled nor turned away when the
 *     server is busy
 * @param work blocks
 */
record Operation(long bytes, boolean mustRun, Work work) {

  @FunctionalInterface
  interface Work {
    Outcome run() throws ShareException;
  }

  static Operation of(long bytes, Work work) {
    return new Operation(bytes, false, work);
  }

  static Operation certain(Work work) {
    return new Operation(0, true, work);
  }
}
