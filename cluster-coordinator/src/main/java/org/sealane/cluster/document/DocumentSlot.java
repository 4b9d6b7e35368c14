package org.sealane.cluster.document;

import java.util.Optional;

/**
 * What ZooKeeper or a file holds for one object: the committed document and, while a turn runs, the
 * turn's document and step. Nothing is checked: see {@link VerifiedSlot}.
 *
 * @param committed the document in force; empty before the first was committed
 * @param turn the turn under way; in step {@code enforce} its document is the committed one
 */
public record DocumentSlot(Optional<SignedDocument> committed, Optional<Turn> turn) {

  /** A turn under way. */
  public record Turn(SignedDocument document, TurnStep step) {}

  public static DocumentSlot committed(SignedDocument document) {
    return new DocumentSlot(Optional.of(document), Optional.empty());
  }
}
