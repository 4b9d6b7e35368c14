package org.sealane.cluster.document;

/** What a node makes of a slot it found, given what it remembers. */
public sealed interface Verdict {

  /** Good and new: remember it, then follow it. */
  record Adopted(VerifiedSlot slot) implements Verdict {}

  /** What is remembered already. */
  record Unchanged(VerifiedSlot slot) implements Verdict {}

  /** Not followed; what is remembered stays in force. */
  record Refused(Reason reason, String detail) implements Verdict {}

  /** Why a document is not followed. */
  enum Reason {
    /** Not a document of this format. */
    MALFORMED,
    /** Not signed by this cluster's admin key. */
    UNSIGNED,
    /** Signed for another cluster. */
    OTHER_CLUSTER,
    /** Signed for another object or of another kind. */
    OTHER_OBJECT,
    /** Of an epoch below the one remembered, or below the join bundle's floor. */
    OLDER,
    /** Of the epoch remembered, with another digest. */
    CONFLICTING,
    /** Its predecessors do not lead to the document remembered. */
    BROKEN_CHAIN,
    /** Takes back a turn past its point of no return, or what was pending. */
    ROLLED_BACK
  }
}
