package org.sealane.cluster.audit;

import java.util.Locale;

/** Kinds of audited events. Ids are stable; those below 2000 are Windows' for the same event. */
public enum AuditKind {
  SMB1_REFUSED(1001, "a client spoke SMB 1, which is off"),
  LEVEL_REFUSED(1003, "access without the required protection was refused"),
  NEGOTIATION_TAMPERED(1005, "a negotiation was changed in flight, or a downgrade was tried"),
  NODE_REFUSED(5001, "a node could not prove itself on a lane"),
  LOGON_REFUSED(5002, "a user could not log on"),
  UNENCRYPTED_ADMITTED(5003, "a client that can not encrypt was let in, as the rules allow"),
  TREE_REFUSED(5004, "a peer asked for a tree that it may not have"),
  PROTOCOL_VIOLATED(5005, "a peer broke the protocol and was disconnected"),
  LIMIT_REACHED(5006, "a limit of a listener turned something away"),
  USER_SESSION_OPENED(5007, "a user logged on"),
  FILE_OPENED(5008, "a user opened a file of a volume of this node"),
  DOCUMENT_REFUSED(5101, "a document in ZooKeeper was not followed"),
  DOCUMENT_COMMITTED(5102, "a document was adopted as committed"),
  STATEMENT_REFUSED(5103, "a node's statement in ZooKeeper is not that node's of this place"),
  TURN_STEP(5201, "this node follows a further step of a turn"),
  LEDGER_WRITTEN(5202, "this node's ledger entry for a step was written"),
  MEMBER_FENCED(5203, "lanes to a member that has gone were cut"),
  LEASE_ENDED(5301, "the lease ran out: this node sends only encrypted"),
  LEASE_REGAINED(5302, "the lease was renewed and the documents read again"),
  REGISTRATION_WAITS(5303, "this node could not register yet"),
  SELF_REVOKED(5304, "this node was barred and takes no part in its cluster any more"),
  OWNERSHIP_TAKEN(5401, "this node owns a volume"),
  OWNERSHIP_REFUSED(5402, "this node does not own a volume although it is its candidate"),
  OWNERSHIP_GIVEN_UP(5403, "this node stops serving a volume that it owned"),
  LANE_OPENED(5501, "a lane of this node opened"),
  LANE_MOVED(5502, "a lane of this node moved to a new session"),
  LANE_FAILED(5503, "a lane of this node did not open"),
  LANE_FELL_BACK(5504, "a lane takes TCP, as RDMA failed; its level stays"),
  LANE_ACCEPTED(5505, "a lane of another node opened to this one"),
  LOG_OPENED(5901, "the log was opened"),
  LOG_CLOSED(5902, "the log was closed in order"),
  LOG_TORN(5903, "bytes that a crash left after the last whole record were cut off"),
  LOG_DAMAGED(5904, "the log was found changed when it was opened"),
  EVENTS_SUPPRESSED(5905, "more events of a kind came than are recorded one by one"),
  EVENTS_LOST(5906, "events could not be written");

  private final int id;
  private final String text;

  AuditKind(int id, String text) {
    this.id = id;
    this.text = text;
  }

  public int id() {
    return id;
  }

  /** What happened, in words. */
  public String text() {
    return text;
  }

  /** The word used in JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
