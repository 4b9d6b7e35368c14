package org.sealane.csv.volume;

import java.util.UUID;
import org.sealane.smb.share.ShareBackend;

/** Shares of other nodes, reached over lanes. Any thread may call; must not block. */
@FunctionalInterface
public interface RemoteVolumes {
  /**
   * The volume's files on {@code node}, over the lane of this node, that one and the volume, which
   * is opened on first use. The caller does not close the share.
   */
  ShareBackend on(String node, UUID volume);
}
