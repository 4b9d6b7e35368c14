package org.sealane.cluster.store;

import java.time.Duration;

/** What the store tells by itself. Events and replies of one session arrive in order. */
public sealed interface StoreEvent {

  /**
   * Connected, for the first time, again in the same session, or in a new one. Changes since the
   * last connection may have gone unreported: read everything again.
   *
   * @param session ZooKeeper's session id, never 0
   * @param timeout the session timeout that the ensemble granted
   */
  record Connected(long session, Duration timeout) implements StoreEvent {}

  /** The connection is lost; the session may live on. */
  record Suspended() implements StoreEvent {}

  /** The session has ended, or must be taken to have ended. Another may follow. */
  record SessionLost() implements StoreEvent {}

  /** The znode, or the set of its children, changed below a watched root. */
  record Changed(String path) implements StoreEvent {}

  /** This node was elected, or is no longer, on the path it contends for. A hint, not a proof. */
  record Election(boolean elected) implements StoreEvent {}
}
