package org.sealane.smb.auth;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether a peer's certificate is a good one of the cluster's CA: path validation of [RFC
 * 5280] 6 at a given instant, and what this project asks of its certificates besides. Whether the
 * node is enrolled, and is the one that was meant, is asked elsewhere. Stateless.
 */
public final class CertificateVerifier {

  /** What the peer wants to be in the handshake, as its certificate's extended key usage says. */
  public enum Role {
    CLIENT("1.3.6.1.5.5.7.3.2"),
    SERVER("1.3.6.1.5.5.7.3.1");

    private final String keyPurposeId;

    Role(String keyPurposeId) {
      this.keyPurposeId = keyPurposeId;
    }

    /** The object identifier of the key purpose, [RFC 5280] 4.2.1.12. */
    public String keyPurposeId() {
      return keyPurposeId;
    }
  }

  /** What was found. */
  public sealed interface Verdict {
    /** The certificate is good, and names {@code identity}. */
    record Accepted(X509Certificate certificate, CertificateIdentity identity) implements Verdict {}

    /** The certificate is not good; {@code detail} is for our own log, may be empty. */
    record Refused(Refusal refusal, String detail) implements Verdict {}
  }

  private CertificateVerifier() {}

  /**
   * Verifies {@code certificate} against {@code authorities}.
   *
   * @param now the instant at which the certificate, and the CA's, must be valid
   */
  public static Verdict verify(
      X509Certificate certificate, List<X509Certificate> authorities, Instant now, Role role) {
    Optional<Verdict.Refused> refused =
        checkPath(certificate, authorities, now).or(() -> checkUse(certificate, role));
    if (refused.isPresent()) {
      return refused.get();
    }
    Optional<CertificateIdentity> identity = CertificateIdentity.of(certificate);
    return identity.isPresent()
        ? new Verdict.Accepted(certificate, identity.get())
        : new Verdict.Refused(Refusal.WRONG_CERTIFICATE, "it names no node or administrator");
  }

  private static Optional<Verdict.Refused> checkPath(
      X509Certificate certificate, List<X509Certificate> authorities, Instant now) {
    try {
      CertPath path =
          CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate));
      Set<TrustAnchor> anchors = new HashSet<>();
      for (X509Certificate authority : authorities) {
        anchors.add(new TrustAnchor(authority, null));
      }
      PKIXParameters parameters = new PKIXParameters(anchors);
      // Enrolment documents, which are signed and versioned, take the place of revocation lists.
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      PKIXCertPathValidatorResult result =
          (PKIXCertPathValidatorResult)
              CertPathValidator.getInstance("PKIX").validate(path, parameters);
      // [RFC 5280] 6.1 does not look at the validity of a trust anchor; an expired CA ends here.
      return checkValidity(result.getTrustAnchor().getTrustedCert(), now, "the CA's");
    } catch (CertPathValidatorException e) {
      return Optional.of(refusedPath(certificate, now, e));
    } catch (CertificateException | InvalidAlgorithmParameterException e) {
      return Optional.of(new Verdict.Refused(Refusal.WRONG_CERTIFICATE, "it can not be used"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK validates X.509 paths", e);
    }
  }

  private static Verdict.Refused refusedPath(
      X509Certificate certificate, Instant now, CertPathValidatorException e) {
    if (e.getReason() == BasicReason.EXPIRED || e.getReason() == BasicReason.NOT_YET_VALID) {
      return checkValidity(certificate, now, "it").orElse(new Verdict.Refused(Refusal.EXPIRED, ""));
    }
    if (e.getReason() == PKIXReason.NO_TRUST_ANCHOR
        || e.getReason() == BasicReason.INVALID_SIGNATURE) {
      return new Verdict.Refused(Refusal.OTHER_AUTHORITY, "");
    }
    return new Verdict.Refused(Refusal.WRONG_CERTIFICATE, "path validation: " + e.getReason());
  }

  private static Optional<Verdict.Refused> checkValidity(
      X509Certificate certificate, Instant now, String whose) {
    Instant notBefore = certificate.getNotBefore().toInstant();
    Instant notAfter = certificate.getNotAfter().toInstant();
    if (now.isBefore(notBefore)) {
      return Optional.of(
          new Verdict.Refused(Refusal.EXPIRED, whose + " is valid from " + notBefore));
    }
    if (now.isAfter(notAfter)) {
      return Optional.of(new Verdict.Refused(Refusal.EXPIRED, whose + " ended " + notAfter));
    }
    return Optional.empty();
  }

  private static Optional<Verdict.Refused> checkUse(X509Certificate leaf, Role role) {
    if (!(leaf.getPublicKey() instanceof EdECPublicKey key)
        || !key.getParams().getName().equals(NamedParameterSpec.ED25519.getName())) {
      return Optional.of(new Verdict.Refused(Refusal.WRONG_CERTIFICATE, "its key is not Ed25519"));
    }
    boolean[] keyUsage = leaf.getKeyUsage();
    if (leaf.getBasicConstraints() >= 0 || keyUsage == null || !keyUsage[0]) {
      return Optional.of(
          new Verdict.Refused(Refusal.WRONG_CERTIFICATE, "it is not for signing in"));
    }
    try {
      List<String> purposes = leaf.getExtendedKeyUsage();
      if (purposes != null && purposes.contains(role.keyPurposeId)) {
        return Optional.empty();
      }
    } catch (CertificateParsingException _) {
      return Optional.of(new Verdict.Refused(Refusal.WRONG_CERTIFICATE, "bad key purposes"));
    }
    return Optional.of(
        new Verdict.Refused(Refusal.WRONG_CERTIFICATE, "it is not for a TLS " + word(role)));
  }

  private static String word(Role role) {
    return switch (role) {
      case CLIENT -> "client";
      case SERVER -> "server";
    };
  }
}
