package org.sealane.csv.volume;

import java.util.Optional;
import java.util.UUID;

/** What the cluster says about volumes now. Any thread may call; must not block. */
public interface VolumeDirectory {
  /** The volume of this name; empty if there is none. */
  Optional<UUID> findVolume(String name);

  /** The node that owns the volume now; empty while none does. */
  Optional<String> owner(UUID volume);

  /** Whether several nodes may own the volume: what is asked of it waits for and follows them. */
  default boolean hasSeveralCandidates(UUID volume) {
    return false;
  }
}
