package org.sealane.smb.auth;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;

/**
 * The verdict of one handshake: who the peer must be, whether it is, and if it failed, why, in one
 * line. The first reason stays; what fails after it is a consequence. Not thread-safe.
 */
final class PeerCheck {
  private final UUID clusterId;
  private final String expectedNode;
  private final CertificateVerifier.Role peerRole;
  private final List<X509Certificate> authorities;
  private final Enrollment enrollment;
  private final InstantSource clock;

  private boolean accepted;
  private String reason = "";

  /**
   * @param own whose CAs are believed, and whose cluster the peer must be of
   * @param expectedNode the node that the peer must prove to be
   * @param peerRole the peer's end of the handshake
   */
  PeerCheck(
      NodeCredentials own,
      String expectedNode,
      CertificateVerifier.Role peerRole,
      Enrollment enrollment,
      InstantSource clock) {
    this.clusterId = own.identity().clusterId();
    this.authorities = own.keys().authorities();
    this.expectedNode = expectedNode;
    this.peerRole = peerRole;
    this.enrollment = enrollment;
    this.clock = clock;
  }

  /** Accepts the peer's certificate or throws the alert that refuses it. */
  void check(X509Certificate certificate) throws IOException {
    switch (CertificateVerifier.verify(certificate, authorities, clock.instant(), peerRole)) {
      case CertificateVerifier.Verdict.Refused refused ->
          throw refuse(refused.refusal(), refused.detail());
      case CertificateVerifier.Verdict.Accepted good -> checkIdentity(good);
    }
    accepted = true;
  }

  private void checkIdentity(CertificateVerifier.Verdict.Accepted good) throws IOException {
    if (!(good.identity() instanceof CertificateIdentity.Node node)) {
      throw refuse(Refusal.WRONG_CERTIFICATE, "it is not a node's");
    }
    if (!node.clusterId().equals(clusterId) || !node.name().equals(expectedNode)) {
      throw refuse(Refusal.OTHER_NODE, "the certificate is that of " + node.uri());
    }
    switch (enrollment.verdict(NodeCertificate.of(good.certificate(), node))) {
      case ACCEPTED -> {}
      case NOT_ENROLLED -> throw refuse(Refusal.NOT_ENROLLED, "");
      case REVOKED -> throw refuse(Refusal.REVOKED, "");
    }
  }

  /** Notes why, and gives the alert to throw through TLS, which sends it. */
  TlsFatalAlert refuse(Refusal refusal, String detail) {
    note(
        "refused "
            + expectedNode
            + ": "
            + refusal.phrase()
            + (detail.isEmpty() ? "" : " (" + detail + ")"));
    return new TlsFatalAlert(refusal.alert());
  }

  /** Notes that the peer refused us. */
  void alertReceived(short alert) {
    note("peer " + expectedNode + " refused: " + Refusal.phraseOf(alert));
  }

  /** Notes what made the handshake itself fail, unless a reason is known. */
  void failed(Throwable cause) {
    note(
        switch (cause) {
          case TlsFatalAlertReceived received ->
              "peer "
                  + expectedNode
                  + " refused: "
                  + Refusal.phraseOf(received.getAlertDescription());
          case TlsFatalAlert raised ->
              "refused "
                  + expectedNode
                  + ": bad handshake, "
                  + AlertDescription.getText(raised.getAlertDescription())
                  + causeOf(raised);
          default -> "refused " + expectedNode + ": bad handshake" + causeOf(cause);
        });
  }

  /** The kind of error at the bottom, without its text, which may be of the peer's making. */
  private static String causeOf(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root instanceof TlsFatalAlert ? "" : " (" + root.getClass().getSimpleName() + ")";
  }

  /** Notes another reason of ours to refuse the peer. */
  void malformed(String what) {
    note("refused " + expectedNode + ": " + what);
  }

  /**
   * True once the peer's certificates were found good. They prove nothing before the handshake's
   * end.
   */
  boolean accepted() {
    return accepted;
  }

  String expectedNode() {
    return expectedNode;
  }

  /** Why it failed; empty while it has not. */
  String reason() {
    return reason;
  }

  private void note(String line) {
    if (reason.isEmpty()) {
      reason = line;
    }
  }
}
