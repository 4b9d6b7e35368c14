package org.sealane.cluster.document;

import java.util.Optional;

/**
 * A slot whose documents were verified and belong together: committed and pending apart.
 *
 * @param key the object
 * @param committed the document in force; empty before the first was committed
 * @param turn the turn under way; in step {@code enforce} its document is the committed one
 */
public record VerifiedSlot(
    ObjectKey key, Optional<VerifiedDocument> committed, Optional<Turn> turn) {

  /** A turn under way. */
  public record Turn(VerifiedDocument document, TurnStep step) {
    public long epoch() {
      return document.epoch();
    }
  }

  public VerifiedSlot {
    if (committed.isEmpty() && turn.isEmpty()) {
      throw new IllegalArgumentException("a slot holds something");
    }
  }

  /** The highest epoch in it. */
  public long highestEpoch() {
    return Math.max(
        committed.map(VerifiedDocument::epoch).orElse(0L), turn.map(Turn::epoch).orElse(0L));
  }

  /** The committed content, unless the object was deleted or never committed. */
  public Optional<DocumentContent> living() {
    return committed
        .map(VerifiedDocument::content)
        .filter(content -> !(content instanceof DocumentContent.Tombstone));
  }

  /** The same without its checks, as it is stored. */
  public DocumentSlot unverified() {
    return new DocumentSlot(
        committed.map(VerifiedDocument::signed),
        turn.map(t -> new DocumentSlot.Turn(t.document().signed(), t.step())));
  }
}
