package org.sealane.smb.auth;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;

/**
 * A node's certificate as documents name it.
 *
 * @param identity the cluster and node that it names
 * @param serialNumber the serial number its CA gave it
 * @param publicKey the key that it certifies
 * @param fingerprint SHA-256 of the whole certificate, 64 lower-case hex digits
 * @param notBefore the first instant it is valid
 * @param notAfter the last instant it is valid
 */
public record NodeCertificate(
    CertificateIdentity.Node identity,
    BigInteger serialNumber,
    PublicKey publicKey,
    String fingerprint,
    Instant notBefore,
    Instant notAfter) {

  /** Describes {@code certificate}, which names {@code identity}. */
  public static NodeCertificate of(X509Certificate certificate, CertificateIdentity.Node identity) {
    return new NodeCertificate(
        identity,
        certificate.getSerialNumber(),
        certificate.getPublicKey(),
        fingerprint(certificate),
        certificate.getNotBefore().toInstant(),
        certificate.getNotAfter().toInstant());
  }

  /** SHA-256 of the certificate's DER, 64 lower-case hex digits. */
  public static String fingerprint(X509Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException("every JDK has SHA-256 and re-encodes what it parsed", e);
    }
  }
}
