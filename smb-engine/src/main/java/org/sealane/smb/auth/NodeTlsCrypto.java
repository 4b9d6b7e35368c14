package org.sealane.smb.auth;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.jcajce.util.ProviderJcaJceHelper;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.CertificateType;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsNonceGenerator;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * Bouncy Castle's TLS cryptography for one handshake: with our randomness, and with a gate before
 * its certificate parser. That parser recurses once per level of nesting, which costs a peer two
 * bytes, and runs before anything is verified; so a peer's certificate passes {@link PeerCheck}
 * first, on the JDK's parser, and what the library parses the cluster's CA has signed.
 */
final class NodeTlsCrypto extends JcaTlsCrypto {
  /** Ours alone: registering it with the JVM would change what others get. */
  private static final Provider PROVIDER = new BouncyCastleProvider();

  private final PeerCheck check;

  NodeTlsCrypto(SecureRandom random, PeerCheck check) {
    super(new ProviderJcaJceHelper(PROVIDER), random, random);
    this.check = check;
  }

  /** Nonces from our randomness; the library's own would mix in a clock. */
  @Override
  public TlsNonceGenerator createNonceGenerator(byte[] additionalSeed) {
    return size -> {
      byte[] nonce = new byte[size];
      getSecureRandom().nextBytes(nonce);
      return nonce;
    };
  }

  /** Called by the library for each certificate of the peer's. */
  @Override
  public TlsCertificate createCertificate(short type, byte[] encoding) throws IOException {
    check.check(parse(encoding));
    return super.createCertificate(type, encoding);
  }

  private X509Certificate parse(byte[] encoding) throws IOException {
    try {
      // The JDK's parser recurses too, but only to find the end of an indefinite length.
      DerReader whole = new DerReader(encoding);
      whole.enter(DerReader.SEQUENCE, "Certificate");
      whole.requireEnd("Certificate");
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(encoding));
    } catch (MalformedMessageException | CertificateException _) {
      throw check.refuse(Refusal.WRONG_CERTIFICATE, "it can not be parsed");
    }
  }

  /** Our own certificate, which needs no gate. */
  TlsCertificate ownCertificate(X509Certificate certificate) throws IOException {
    try {
      return super.createCertificate(CertificateType.X509, certificate.getEncoded());
    } catch (CertificateException e) {
      throw new TlsFatalAlert(AlertDescription.internal_error, e);
    }
  }

  /** The same Ed25519 key as the library's own type, the only one its signer takes. */
  PrivateKey signingKey(PrivateKey key) throws IOException {
    byte[] encoded = key.getEncoded();
    try {
      return KeyFactory.getInstance("Ed25519", PROVIDER)
          .generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new TlsFatalAlert(AlertDescription.internal_error, e);
    } finally {
      Arrays.fill(encoded, (byte) 0);
    }
  }
}
