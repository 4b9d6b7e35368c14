package org.sealane.smb.lane;

import org.sealane.smb.client.ClientTree;
import org.sealane.smb.share.ShareException;

/** What a lane asks of its node. Any thread may call. */
interface LaneHost {
  LanePolicy policy(LaneKey key);

  /** Opens a session. Blocks. */
  ClientTree dial(LaneKey key, LanePolicy policy, long previousSessionId) throws ShareException;

  /** Must not block. */
  void happened(LaneEvent event);
}
