package org.sealane.cluster.simulation;

/** What a cluster is made to do wrong, so that each invariant is seen to notice. */
enum Sabotage {
  /** Node 1 goes on sending as it did when a turn reaches {@code send}. */
  IGNORES_NEW_RULES(Invariant.SENDS_AS_COMMITTED),
  /** Node 1 sends as the pending policy says before the step {@code send}. */
  SENDS_TOO_EARLY(Invariant.SENDS_AS_BEFORE_UNTIL_SEND),
  /** Node 1 sends and accepts as the pending policy says, and nothing else. */
  EXPECTS_TOO_EARLY(Invariant.REFUSES_NO_MEMBER),
  /** Node 1 goes on accepting what it accepted. */
  ACCEPTS_AS_BEFORE(Invariant.ACCEPTS_AS_KNOWN),
  /** Node 1 says that it is drained while requests are under way. */
  SAYS_DRAINED_AT_ONCE(Invariant.SENDS_AS_COMMITTED),
  /** Node 1 sends as its rules say although its lease has ended. */
  IGNORES_ITS_LEASE(Invariant.SENDS_AS_COMMITTED),
  /** Whoever coordinates moves a turn on without looking who has written. */
  COUNTS_NOBODY(Invariant.COMMIT_HAS_EVERY_ENTRY),
  /** Node 1 says that it has cut off who went, and has not. */
  FENCES_NOTHING(Invariant.COMMIT_HAS_EVERY_FENCE),
  /** Node 1 writes nothing to its disk after the first time. */
  REMEMBERS_NOTHING(Invariant.NEVER_GOES_BACK),
  /** Node 1 keeps a lane as it is when the policy asks for other algorithms. */
  NEVER_MOVES_LANES(Invariant.TRAVELS_AS_COMMITTED);

  private final Invariant noticed;

  Sabotage(Invariant noticed) {
    this.noticed = noticed;
  }

  /** What goes wrong besides, so that it matters soon. */
  Dials dials(long seed) {
    return this == SAYS_DRAINED_AT_ONCE ? Dials.slowLinks() : Dials.drawn(seed);
  }

  /** The invariant that must notice. */
  Invariant noticed() {
    return noticed;
  }
}
