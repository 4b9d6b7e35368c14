package org.sealane.cluster.admin;

import org.sealane.cluster.document.ObjectKey;

/**
 * What became of one document that a node was asked to put back into ZooKeeper.
 *
 * @param key its object
 * @param epoch the highest epoch that the node remembers of it, pending or committed
 * @param outcome whether anything was written
 */
public record Reasserted(ObjectKey key, long epoch, Outcome outcome) {

  /** What was found. */
  public enum Outcome {
    /**
     * ZooKeeper had less, or something that no node follows: now it has what the node remembers.
     */
    WRITTEN,
    /** ZooKeeper had the same. */
    AGREES,
    /** ZooKeeper had more, which the node will follow or can not follow. */
    BEHIND
  }
}
