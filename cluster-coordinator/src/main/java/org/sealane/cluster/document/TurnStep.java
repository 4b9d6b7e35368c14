package org.sealane.cluster.document;

import java.util.Locale;
import java.util.Optional;

/** The steps of a turn from epoch N to N+1, in their order. */
public enum TurnStep {
  /** Nodes accept both and still send N. */
  ACCEPT,
  /** Nodes send N+1 only, accept both. Advancing to this step is the point of no return. */
  SEND,
  /** Nodes accept only N+1. Advancing to this step is the commit. */
  ENFORCE;

  /** The word used in paths, the ledger and JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<TurnStep> ofWord(String word) {
    for (TurnStep step : values()) {
      if (step.word().equals(word)) {
        return Optional.of(step);
      }
    }
    return Optional.empty();
  }
}
