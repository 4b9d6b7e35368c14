package org.sealane.smb.auth;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key, the certificate that shows whose it is, and the CAs whose certificates are
 * believed in return. The cluster's CA signs directly: there are no intermediate certificates.
 * Immutable.
 *
 * @param key the Ed25519 private key of the certificate
 * @param certificate signed by the cluster's CA
 * @param authorities the cluster's CA; two while the CA is being exchanged
 */
public record KeyAndCertificate(
    PrivateKey key, X509Certificate certificate, List<X509Certificate> authorities) {

  private static final byte[] PROBE = {'s', 'e', 'a', 'l', 'a', 'n', 'e'};

  public KeyAndCertificate {
    authorities = List.copyOf(authorities);
  }

  /** Parses PEM text; {@code what} names it in errors. */
  public static KeyAndCertificate fromPem(
      String keyPem, String certificatePem, String authoritiesPem, String what)
      throws CredentialsException {
    List<X509Certificate> certificates = Pem.certificates(certificatePem, what);
    if (certificates.size() != 1) {
      throw new CredentialsException(
          what + ": " + certificates.size() + " certificates for one key, expected 1");
    }
    KeyAndCertificate parsed =
        new KeyAndCertificate(
            Pem.privateKey(keyPem, what),
            certificates.get(0),
            Pem.certificates(authoritiesPem, what));
    parsed.requireMatch(what);
    return parsed;
  }

  private void requireMatch(String what) throws CredentialsException {
    try {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(key);
      signer.update(PROBE);
      byte[] signature = signer.sign();
      signer.initVerify(certificate.getPublicKey());
      signer.update(PROBE);
      if (signer.verify(signature)) {
        return;
      }
    } catch (GeneralSecurityException e) {
      throw new CredentialsException(what + ": the certificate is not for an Ed25519 key", e);
    }
    throw new CredentialsException(what + ": the private key is not that of the certificate");
  }

  @Override
  public String toString() {
    return "KeyAndCertificate[" + certificate.getSubjectX500Principal().getName() + "]";
  }
}
