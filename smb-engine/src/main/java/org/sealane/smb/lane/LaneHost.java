package org.sealane.smb.lane;

import org.sealane.smb.client.ClientTree;
import org.sealane.smb.share.ShareException;

/** What a lane asks of its node. Any thread may call. */
interface LaneHost {
  LanePolicy policy(LaneKey key);

  /** Opens a session. Blocks. */
  ClientTree dial(LaneKey key, LanePolicy policy, long previousSessionId) throws ShareException;

  /** A session's connection is gone, by nothing that this node did. Must not block. */
  void lost(LaneKey key, LaneSession session, String why);

  /** Must not block. */
  void happened(LaneEvent event);
}
