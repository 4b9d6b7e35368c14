package org.sealane.smb.auth;

import java.io.IOException;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateEntry;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaDefaultTlsCredentialedSigner;

/** What both ends of the node mechanism ask of TLS, and translations to Bouncy Castle's types. */
final class NodeTls {
  /** Two AEAD suites, the one with 256-bit keys first. */
  private static final int[] CIPHER_SUITES = {
    CipherSuite.TLS_AES_256_GCM_SHA384, CipherSuite.TLS_AES_128_GCM_SHA256
  };

  /** The cluster's CA signs directly: a peer has one certificate to show. */
  static final int CERTIFICATES_MAX = 1;

  /** A ClientHello has about 1300 bytes, most of them ML-KEM's; a certificate 500. */
  static final int HANDSHAKE_MESSAGE_BYTES_MAX = 4096;

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
      TlsContext context, NodeTlsCrypto crypto, KeyAndCertificate keys, byte[] requestContext)
      throws IOException {
    CertificateEntry[] entries = {
      new CertificateEntry(crypto.ownCertificate(keys.certificate()), null)
    };
    return new JcaDefaultTlsCredentialedSigner(
        new TlsCryptoParameters(context),
        crypto,
        crypto.signingKey(keys.key()),
        new Certificate(requestContext, entries),
        SignatureAndHashAlgorithm.ed25519);
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
