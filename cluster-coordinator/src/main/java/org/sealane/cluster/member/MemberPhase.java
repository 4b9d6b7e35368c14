package org.sealane.cluster.member;

/** How a member stands with ZooKeeper. */
public enum MemberPhase {
  /** No session, or the connection is lost. */
  AWAY,
  /** In a session, making its lease and its own entry. */
  REGISTERING,
  /** Registered, reading everything for the first time in this session. */
  READING,
  /** Registered and following changes. */
  LIVE,
  /** Left in order; nothing more is sent. */
  LEFT,
  /** Barred by the administrator, for good: it takes no part in the cluster any more. */
  REVOKED
}
