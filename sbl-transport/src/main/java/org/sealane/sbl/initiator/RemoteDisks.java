package org.sealane.sbl.initiator;

import java.util.UUID;
import org.sealane.smb.share.ShareBackend;

/** Disks of other nodes, reached over lanes. Any thread may call; must not block. */
@FunctionalInterface
public interface RemoteDisks {
  /**
   * The disks of {@code volume} that {@code node} holds, over the lane of this node, that one and
   * the volume, which is opened on first use. The caller does not close the share.
   */
  ShareBackend on(String node, UUID volume);
}
