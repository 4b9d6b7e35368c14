package org.sealane.smb.auth;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateEntry;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaDefaultTlsCredentialedSigner;

/** What both ends of the node mechanism ask of TLS, and translations to Bouncy Castle's types. */
final class NodeTls {
  /** Two AEAD suites, the one with 256-bit keys first. */
  private static final int[] CIPHER_SUITES = {
    CipherSuite.TLS_AES_256_GCM_SHA384, CipherSuite.TLS_AES_128_GCM_SHA256
  };

  /**
   * The largest handshake message: a chain of {@link ChainVerifier#CHAIN_CERTIFICATES_MAX}
   * certificates of the largest size, and a little around them.
   */
  static final int HANDSHAKE_MESSAGE_BYTES_MAX =
      ChainVerifier.CHAIN_CERTIFICATES_MAX * NodeTlsCrypto.CERTIFICATE_BYTES_MAX + 1024;

  /**
   * [RFC 5705] 4 keeps labels that begin with EXPERIMENTAL for private use; those that begin with
   * EXPORTER are to be registered.
   */
  static final String EXPORTER_LABEL = "EXPERIMENTAL-sealane-lane";

  /** So that ciphers with 256-bit keys get 256 bits. */
  static final int SESSION_KEY_BYTES = 32;

  private NodeTls() {}

  static int[] cipherSuites() {
    return CIPHER_SUITES.clone();
  }

  static ProtocolVersion[] versions() {
    return ProtocolVersion.TLSv13.only();
  }

  static Vector<SignatureAndHashAlgorithm> signatureAlgorithms() {
    Vector<SignatureAndHashAlgorithm> algorithms = new Vector<>();
    algorithms.add(SignatureAndHashAlgorithm.ed25519);
    return algorithms;
  }

  static int[] namedGroups(List<KeyAgreement> keyAgreements) {
    return keyAgreements.stream().mapToInt(KeyAgreement::namedGroup).toArray();
  }

  /** What proves that we hold the key of our certificate. */
  static TlsCredentialedSigner signer(
      TlsContext context, NodeTlsCrypto crypto, KeyAndChain keys, byte[] requestContext)
      throws IOException {
    CertificateEntry[] entries = new CertificateEntry[keys.chain().size()];
    for (int i = 0; i < entries.length; i++) {
      try {
        TlsCertificate certificate = crypto.createCertificate(keys.chain().get(i).getEncoded());
        entries[i] = new CertificateEntry(certificate, null);
      } catch (CertificateException e) {
        throw new TlsFatalAlert(AlertDescription.internal_error, e);
      }
    }
    return new JcaDefaultTlsCredentialedSigner(
        new TlsCryptoParameters(context),
        crypto,
        crypto.signingKey(keys.key()),
        new Certificate(requestContext, entries),
        SignatureAndHashAlgorithm.ed25519);
  }

  /** The peer's certificates as the JDK's type, parsed by the JDK's parser. */
  static List<X509Certificate> chain(Certificate certificate) throws IOException {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (TlsCertificate link : certificate.getCertificateList()) {
        byte[] encoded = link.getEncoded();
        chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded)));
      }
    } catch (CertificateException e) {
      throw new TlsFatalAlert(AlertDescription.bad_certificate, e);
    }
    return chain;
  }

  /** The lane's session key. Only to be called while a completed handshake is announced. */
  static SessionSecret exportSessionKey(TlsContext context, byte[] encodedBinding) {
    return new SessionSecret(
        context.exportKeyingMaterial(EXPORTER_LABEL, encodedBinding, SESSION_KEY_BYTES));
  }

  /** The context of a certificate message outside post-handshake authentication. */
  static byte[] noRequestContext() {
    return TlsUtils.EMPTY_BYTES;
  }
}
