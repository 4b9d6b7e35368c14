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
 * Decides whether a peer's certificates are good ones of the cluster's CA: path validation of [RFC
 * 5280] 6 at a given instant, and what this project asks of its certificates besides. Whether the
 * node is enrolled, and is the one that was meant, is asked elsewhere. Stateless.
 */
public final class ChainVerifier {

  /** A leaf, and room for two intermediate CAs. */
  public static final int CHAIN_CERTIFICATES_MAX = 3;

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
    /** The chain is good, and names {@code identity}. */
    record Accepted(X509Certificate certificate, CertificateIdentity identity) implements Verdict {}

    /** The chain is not good; {@code detail} is for our own log, may be empty. */
    record Refused(Refusal refusal, String detail) implements Verdict {}
  }

  private ChainVerifier() {}

  /**
   * Verifies {@code chain}, leaf first, against {@code authorities}.
   *
   * @param now the instant at which every certificate, the CA's too, must be valid
   */
  public static Verdict verify(
      List<X509Certificate> chain, List<X509Certificate> authorities, Instant now, Role role) {
    if (chain.isEmpty()) {
      return new Verdict.Refused(Refusal.NO_CERTIFICATE, "");
    }
    if (chain.size() > CHAIN_CERTIFICATES_MAX) {
      return new Verdict.Refused(
          Refusal.WRONG_CERTIFICATE, "a chain of " + chain.size() + " certificates");
    }
    X509Certificate leaf = chain.get(0);
    Optional<Verdict.Refused> refused =
        checkPath(chain, authorities, now).or(() -> checkUse(leaf, role));
    if (refused.isPresent()) {
      return refused.get();
    }
    Optional<CertificateIdentity> identity = CertificateIdentity.of(leaf);
    return identity.isPresent()
        ? new Verdict.Accepted(leaf, identity.get())
        : new Verdict.Refused(Refusal.WRONG_CERTIFICATE, "it names no node or administrator");
  }

  private static Optional<Verdict.Refused> checkPath(
      List<X509Certificate> chain, List<X509Certificate> authorities, Instant now) {
    try {
      CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
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
      return Optional.of(refusedPath(chain, now, e));
    } catch (CertificateException | InvalidAlgorithmParameterException e) {
      return Optional.of(new Verdict.Refused(Refusal.WRONG_CERTIFICATE, "it can not be used"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK validates X.509 paths", e);
    }
  }

  private static Verdict.Refused refusedPath(
      List<X509Certificate> chain, Instant now, CertPathValidatorException e) {
    if (e.getReason() == BasicReason.EXPIRED || e.getReason() == BasicReason.NOT_YET_VALID) {
      for (X509Certificate certificate : chain) {
        Optional<Verdict.Refused> refused = checkValidity(certificate, now, "it");
        if (refused.isPresent()) {
          return refused.get();
        }
      }
      return new Verdict.Refused(Refusal.EXPIRED, "");
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
