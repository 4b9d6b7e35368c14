package org.sealane.cluster.admin;

import java.util.UUID;
import org.sealane.cluster.ownership.BackingException;

/** Reaches a node to make the marker of a new volume's backing there. */
@FunctionalInterface
public interface BackingPreparer {
  /**
   * Has {@code node} make the marker, by {@link
   * org.sealane.cluster.ownership.BackingMarker#create}. May block.
   */
  void prepare(String node, String path, UUID volume) throws BackingException;
}
