package org.sealane.smb.auth;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.jcajce.util.ProviderJcaJceHelper;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;

/**
 * Bouncy Castle's TLS cryptography with our randomness, and with a limit on the certificates that
 * reach its parser.
 */
final class NodeTlsCrypto extends JcaTlsCrypto {
  /**
   * A node's certificate has about 500 bytes. Bouncy Castle's ASN.1 reader recurses once per level
   * of nesting, which costs a peer two bytes, so the size bounds the depth of the stack; it parses
   * before any signature is checked.
   */
  static final int CERTIFICATE_BYTES_MAX = 2048;

  /** Ours alone: registering it with the JVM would change what others get. */
  private static final Provider PROVIDER = new BouncyCastleProvider();

  NodeTlsCrypto(SecureRandom random) {
    super(new ProviderJcaJceHelper(PROVIDER), random, random);
  }

  @Override
  public TlsCertificate createCertificate(short type, byte[] encoding) throws IOException {
    if (encoding.length > CERTIFICATE_BYTES_MAX) {
      throw new TlsFatalAlert(AlertDescription.bad_certificate);
    }
    return super.createCertificate(type, encoding);
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
