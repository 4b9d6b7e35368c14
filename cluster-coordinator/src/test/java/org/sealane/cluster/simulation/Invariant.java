package org.sealane.cluster.simulation;

/** What must hold after every event. */
enum Invariant {
  /** After a commit no member sends weaker than it. */
  SENDS_AS_COMMITTED,
  /** Before {@code send} nobody sends weaker than the old policy. */
  SENDS_AS_BEFORE_UNTIL_SEND,
  /** Who has observed a commit accepts nothing weaker. */
  ACCEPTS_AS_KNOWN,
  /** No request, response or lane of a member is refused because of a turn. */
  REFUSES_NO_MEMBER,
  /** Payloads travel with a cipher and over a transport that the policy names. */
  TRAVELS_AS_COMMITTED,
  /** Every commit has the entry of each member of that time. */
  COMMIT_HAS_EVERY_ENTRY,
  /** Whoever had gone by a commit was cut off by each member. */
  COMMIT_HAS_EVERY_FENCE,
  /** Epoch and digest that a node knows never go back. */
  NEVER_GOES_BACK;

  /** It did not hold. */
  static final class Broken extends AssertionError {
    private static final long serialVersionUID = 1L;
    private final Invariant which;

    Broken(Invariant which, String how) {
      super(which + ": " + how);
      this.which = which;
    }

    Invariant which() {
      return which;
    }
  }

  void require(boolean holds, String format, Object... arguments) {
    if (!holds) {
      throw new Broken(this, String.format(format, arguments));
    }
  }
}
