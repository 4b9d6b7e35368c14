package org.sealane.cluster.store;

import java.util.List;

/** How one request ended. */
public sealed interface StoreResult {

  /** It was carried out. */
  sealed interface Done extends StoreResult {}

  /** A znode was created or its content replaced; {@code stat} is what it has now. */
  record Written(NodeStat stat) implements Done {}

  /** The znode is gone. */
  record Deleted() implements Done {}

  /** A znode's content. The receiver owns {@code data}. */
  record Value(byte[] data, NodeStat stat) implements Done {}

  /** Names of children. */
  record Names(List<String> names) implements Done {
    public Names {
      names = List.copyOf(names);
    }
  }

  /** There is no such znode. Nothing changed. */
  record NoNode() implements StoreResult {}

  /** The znode to create is there already. Nothing changed. */
  record NodeExists() implements StoreResult {}

  /** The znode has another version. Nothing changed. */
  record BadVersion() implements StoreResult {}

  /**
   * No answer came: a write may have been carried out, may be carried out yet, or never will be.
   * Settle it by reading back in the same session, or give the session up.
   */
  record Uncertain(String reason) implements StoreResult {}

  /** The session is over; a write of it was not carried out by this request's answer. */
  record SessionExpired() implements StoreResult {}
}
