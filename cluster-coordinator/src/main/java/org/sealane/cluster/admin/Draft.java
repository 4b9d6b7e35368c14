package org.sealane.cluster.admin;

import java.util.List;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentSigner;
import org.sealane.cluster.document.SignedDocument;

/**
 * Documents to be signed, in the order in which they are to be submitted. Whoever signs decodes the
 * payloads and looks at them first: the node that prepared them is not trusted with the admin key.
 */
public record Draft(List<Document> documents) {
  public Draft {
    documents = List.copyOf(documents);
  }

  /** What is to be signed, byte for byte. */
  public List<byte[]> payloads() {
    return documents.stream().map(DocumentCodec::encode).toList();
  }

  public List<SignedDocument> sign(DocumentSigner signer) {
    return payloads().stream()
        .map(payload -> new SignedDocument(payload, signer.sign(payload)))
        .toList();
  }
}
