package org.sealane.cluster.document;

import java.util.Map;
import java.util.Optional;

/** Earlier documents of one object, found by digest; unchecked, as they came from the store. */
public record DocumentHistory(Map<DocumentDigest, SignedDocument> documents) {
  public static final DocumentHistory NONE = new DocumentHistory(Map.of());

  public DocumentHistory {
    documents = Map.copyOf(documents);
  }

  public Optional<SignedDocument> find(DocumentDigest digest) {
    return Optional.ofNullable(documents.get(digest));
  }
}
