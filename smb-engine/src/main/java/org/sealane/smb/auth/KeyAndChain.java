package org.sealane.smb.auth;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key, the certificates that show whose it is, and the CAs whose certificates are
 * believed in return. Immutable.
 *
 * @param key the Ed25519 private key of the first certificate
 * @param chain the certificate of the key first, then those that link it to a CA; no CA itself
 * @param authorities the cluster's CA; two while the CA is being exchanged
 */
public record KeyAndChain(
    PrivateKey key, List<X509Certificate> chain, List<X509Certificate> authorities) {

  private static final byte[] PROBE = {'s', 'e', 'a', 'l', 'a', 'n', 'e'};

  public KeyAndChain {
    chain = List.copyOf(chain);
    authorities = List.copyOf(authorities);
  }

  /** Parses PEM text; {@code what} names it in errors. */
  public static KeyAndChain fromPem(
      String keyPem, String chainPem, String authoritiesPem, String what)
      throws CredentialsException {
    KeyAndChain parsed =
        new KeyAndChain(
            Pem.privateKey(keyPem, what),
            Pem.certificates(chainPem, what),
            Pem.certificates(authoritiesPem, what));
    parsed.requireMatch(what);
    return parsed;
  }

  /** The certificate of the key. */
  public X509Certificate certificate() {
    return chain.get(0);
  }

  private void requireMatch(String what) throws CredentialsException {
    try {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(key);
      signer.update(PROBE);
      byte[] signature = signer.sign();
      signer.initVerify(certificate().getPublicKey());
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
    return "KeyAndChain[" + certificate().getSubjectX500Principal().getName() + "]";
  }
}
