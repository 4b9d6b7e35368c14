package org.sealane.cluster.admin;

import java.util.UUID;
import org.sealane.cluster.ownership.BackingException;

/** Reaches nodes to make a new volume's backing ready there. Each call may block. */
@FunctionalInterface
public interface BackingPreparer {
  /**
   * Has {@code node} make the marker, by {@link
   * org.sealane.cluster.ownership.BackingMarker#create}.
   */
  void prepare(String node, String path, UUID volume) throws BackingException;

  /**
   * Has {@code node} show that it sees the marker which another one made, by {@link
   * org.sealane.cluster.ownership.BackingMarker#prove}.
   */
  default void prove(String node, String path, UUID volume) throws BackingException {
    throw new BackingException("node " + node + " can not be asked whether it shares " + path);
  }

  /**
   * Has {@code node} take the marker away again, by {@link
   * org.sealane.cluster.ownership.BackingMarker#withdraw}.
   */
  default void withdraw(String node, String path, UUID volume) throws BackingException {
    throw new BackingException("node " + node + " can not be asked to clear " + path);
  }
}
