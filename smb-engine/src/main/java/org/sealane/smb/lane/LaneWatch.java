package org.sealane.smb.lane;

import org.sealane.smb.share.Changes;

/**
 * What is known of the watch of one directory on another node. If an answer of that node is lost,
 * or it forgets the watch, whoever watches is told that something may have happened. Any thread may
 * call.
 */
public final class LaneWatch {
  private boolean begun;
  private boolean lost;

  /** An answer was lost, or the directory was opened again. */
  public synchronized void lost() {
    lost = begun;
  }

  /** Before the other node is asked. */
  public synchronized void begin() {
    begun = true;
  }

  /** What the other node's answer is worth. */
  public synchronized Changes complete(Changes answer) {
    if (lost) {
      lost = false;
      return Changes.UNKNOWN;
    }
    return answer;
  }
}
