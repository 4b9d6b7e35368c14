package org.sealane.deploy.node;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.sealane.cluster.identity.JoinBundle;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.smb.auth.CertificateVerifier;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.KeyAndCertificate;
import org.sealane.smb.auth.NodeCredentials;
import org.sealane.smb.auth.Pem;

/**
 * The join bundle of a node that runs. Its certificate can be renewed meanwhile: the handshakes
 * that begin after that show the new one, and the file holds it for the next start. Any thread may
 * call.
 */
final class HeldBundle {
  private final Path file;
  private final InstantSource clock;
  private volatile JoinBundle bundle;

  /**
   * @param file where {@code bundle} was read from
   */
  HeldBundle(Path file, JoinBundle bundle, InstantSource clock) {
    this.file = file;
    this.bundle = bundle;
    this.clock = clock;
  }

  JoinBundle get() {
    return bundle;
  }

  /** The key, and the certificate of now. */
  NodeCredentials credentials() {
    return bundle.credentials();
  }

  /** When the certificate of now ends. */
  Instant expires() {
    return end(credentials().keys().certificate());
  }

  /**
   * Takes {@code pem} in place of the certificate, in the file first. It must be the cluster CA's,
   * for this node and its key, valid now, and end later than the one before: a certificate that was
   * renewed is not taken back. Blocks on the file system.
   */
  synchronized Instant renew(String pem) throws AdminException {
    JoinBundle before = bundle;
    KeyAndCertificate keys = before.credentials().keys();
    try {
      List<X509Certificate> certificates = Pem.certificates(pem, "certificate");
      if (certificates.size() != 1) {
        throw new AdminException(
            Kind.INVALID, "one certificate is wanted, not " + certificates.size());
      }
      X509Certificate renewed = certificates.getFirst();
      CertificateVerifier.Verdict verdict =
          CertificateVerifier.verify(
              renewed, keys.authorities(), clock.instant(), CertificateVerifier.Role.SERVER);
      if (verdict instanceof CertificateVerifier.Verdict.Refused refused) {
        throw new AdminException(
            Kind.INVALID,
            "the certificate is not good: " + refused.refusal() + " " + refused.detail());
      }
      NodeCredentials credentials =
          NodeCredentials.fromPem(
              Pem.encode(keys.key()), pem, Pem.encode(keys.authorities()), "certificate");
      if (!credentials.identity().equals(before.credentials().identity())) {
        throw new AdminException(
            Kind.INVALID,
            "the certificate is of " + credentials.identity().name() + ", not " + before.node());
      }
      if (!end(renewed).isAfter(expires())) {
        throw new AdminException(
            Kind.CONFLICT, "the certificate ends no later than the present one, at " + expires());
      }
      JoinBundle after = before.with(credentials);
      after.store(file);
      bundle = after;
      return end(renewed);
    } catch (CredentialsException e) {
      throw new AdminException(Kind.INVALID, e.getMessage(), e);
    }
  }

  private static Instant end(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant();
  }
}
