package org.sealane.smb.auth;

/**
 * Which certificates of the cluster's CA are still good: the enrolled and revoked nodes of the
 * signed documents. Asked in every handshake, by any thread; must not block.
 */
@FunctionalInterface
public interface Enrollment {

  /** What the documents say of one certificate. */
  enum Verdict {
    ACCEPTED,
    /** No document names this node, or it names another certificate. */
    NOT_ENROLLED,
    /** A document says that this certificate is void. */
    REVOKED
  }

  Verdict verdict(NodeCertificate certificate);
}
