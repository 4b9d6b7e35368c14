package org.sealane.cluster.member;

import java.util.function.Consumer;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;

/**
 * Puts what the join bundle brings, as the node's own enrolment, where the store has nothing and
 * this node remembers nothing. Not thread-safe.
 */
record BundledDocuments(MemberIdentity identity, DocumentFollower documents, Outbox out) {

  /** Returns how many writes were submitted; {@code written} is told of each. */
  int put(Round done, Consumer<StoreResult> written) {
    int writes = 0;
    for (MemberIdentity.Bundled bundled : identity.bundled()) {
      ObjectKey key = new ObjectKey(bundled.kind(), bundled.object());
      if (done.isAbsent(key) && documents.slot(key).isEmpty()) {
        byte[] slot = DocumentCodec.encodeSlot(DocumentSlot.committed(bundled.document()));
        out.submit(
            new StoreRequest.Create(
                identity.paths().document(key), slot, StoreRequest.Lifetime.PERSISTENT),
            written);
        writes++;
      }
    }
    return writes;
  }
}
