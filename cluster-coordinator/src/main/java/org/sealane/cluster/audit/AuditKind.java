package org.sealane.cluster.audit;

import java.util.Locale;

/** Kinds of audited events. Ids are stable; those below 2000 are Windows' for the same event. */
public enum AuditKind {
  /** A peer asked for access without the encryption or signing that is required. */
  LEVEL_REFUSED(1003),
  /** NEGOTIATE or SESSION_SETUP was tampered with in flight. */
  NEGOTIATION_TAMPERED(1005),
  /** A node's certificate was refused. */
  NODE_REFUSED(5001),
  /** A document in ZooKeeper was not followed. */
  DOCUMENT_REFUSED(5101),
  /** A document was adopted as committed. */
  DOCUMENT_COMMITTED(5102),
  /** What ZooKeeper has as a node's statement is not that node's of this place. */
  STATEMENT_REFUSED(5103),
  /** This node follows a further step of a turn. */
  TURN_STEP(5201),
  /** This node's ledger entry for a step was written. */
  LEDGER_WRITTEN(5202),
  /** Lanes to a member that has gone were cut. */
  MEMBER_FENCED(5203),
  /** The lease ran out: this node sends only encrypted. */
  LEASE_ENDED(5301),
  /** The lease was renewed and the documents read again. */
  LEASE_REGAINED(5302),
  /** This node could not register yet. */
  REGISTRATION_WAITS(5303),
  /** This node owns a volume. */
  OWNERSHIP_TAKEN(5401),
  /** This node does not own a volume although it is its candidate. */
  OWNERSHIP_REFUSED(5402);

  private final int id;

  AuditKind(int id) {
    this.id = id;
  }

  public int id() {
    return id;
  }

  /** The word used in JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
