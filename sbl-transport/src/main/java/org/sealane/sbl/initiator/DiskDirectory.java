package org.sealane.sbl.initiator;

import java.util.Optional;
import java.util.UUID;

/** What the cluster says about disks now. Any thread may call; must not block. */
@FunctionalInterface
public interface DiskDirectory {
  /** Where the disk of this name is; empty if there is none. */
  Optional<Location> find(String disk);

  /**
   * @param node the node that holds the disk
   * @param volume the volume whose policy governs its traffic
   */
  record Location(String node, UUID volume) {}
}
