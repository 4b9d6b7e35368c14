package org.sealane.cluster.member;

import java.util.Optional;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.json.MalformedJsonException;

/** What the administrator's documents say of this node's own key. */
sealed interface OwnEnrolment {

  /** The key is enrolled. */
  record Enrolled() implements OwnEnrolment {}

  /** The key is not enrolled, and may be yet. */
  record Awaited() implements OwnEnrolment {}

  /**
   * The key was enrolled and is good for nothing any more, whatever follows: a name is let in again
   * with another key only.
   */
  record Barred(String why) implements OwnEnrolment {}

  /**
   * Judges by the node's own document, which was verified.
   *
   * @param slot what this node follows of it
   */
  static OwnEnrolment of(MemberIdentity identity, Optional<VerifiedSlot> slot) {
    Optional<VerifiedDocument> committed = slot.flatMap(VerifiedSlot::committed);
    if (committed.isEmpty()
        || !(committed.get().content() instanceof DocumentContent.Node enrolled)) {
      return new Awaited();
    }
    boolean own =
        Ed25519.publicKey(enrolled.publicKey()).filter(identity.publicKey()::equals).isPresent();
    if (own) {
      return enrolled.revoked()
          ? new Barred("node " + identity.node() + " was revoked")
          : new Enrolled();
    }
    // An older document is about the key before this one, whose enrolment is still on its way.
    return committed.get().epoch() > bundledEpoch(identity)
        ? new Barred("node " + identity.node() + " was enrolled again with another key")
        : new Awaited();
  }

  /** The epoch that the join bundle enrols this node's key under; one that brings none waits. */
  private static long bundledEpoch(MemberIdentity identity) {
    ObjectKey own = ObjectKey.node(identity.clusterId(), identity.node());
    for (MemberIdentity.Bundled bundled : identity.bundled()) {
      if (bundled.kind() == own.kind() && bundled.object().equals(own.object())) {
        try {
          return DocumentCodec.decode(bundled.document().payload()).epoch();
        } catch (MalformedJsonException e) {
          return Long.MAX_VALUE;
        }
      }
    }
    return Long.MAX_VALUE;
  }
}
