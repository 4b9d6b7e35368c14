package org.sealane.deploy.draft;

import java.util.Base64;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.deploy.admin.DocumentMessages.Signed;

/** What a node shows as a document: believed only if the administrator signed it. */
final class ShownDocument {
  private ShownDocument() {}

  /** The document, of whatever object it says it is about. */
  static VerifiedDocument verify(DocumentVerifier verifier, Signed shown) throws DraftException {
    try {
      byte[] payload = Base64.getDecoder().decode(shown.payload());
      SignedDocument document =
          new SignedDocument(payload, Base64.getDecoder().decode(shown.signature()));
      return switch (verifier.check(DocumentCodec.decode(payload).key(), document)) {
        case DocumentVerifier.Check.Good good -> good.document();
        case DocumentVerifier.Check.Bad bad ->
            throw new DraftException("what the node shows is not signed: " + bad.detail());
      };
    } catch (MalformedJsonException | IllegalArgumentException e) {
      throw new DraftException("what the node shows can not be read: " + e.getMessage(), e);
    }
  }
}
