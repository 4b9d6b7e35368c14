package org.sealane.cluster.document;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;

/** Ed25519 verification, [RFC 8032], by the JDK. */
public final class Ed25519 {
  private Ed25519() {}

  /** Whether {@code signature} is {@code key}'s over exactly {@code message}. Never throws. */
  public static boolean verifies(PublicKey key, byte[] message, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (SignatureException | InvalidKeyException e) {
      return false;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no Ed25519", e);
    }
  }

  /** The key in a base64 SubjectPublicKeyInfo; empty if it is no Ed25519 key. */
  public static Optional<PublicKey> publicKey(String base64) {
    try {
      byte[] encoded = Base64.getDecoder().decode(base64);
      return Optional.of(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** {@code key} as base64 of its SubjectPublicKeyInfo. */
  public static String base64(PublicKey key) {
    return Base64.getEncoder().encodeToString(key.getEncoded());
  }
}
