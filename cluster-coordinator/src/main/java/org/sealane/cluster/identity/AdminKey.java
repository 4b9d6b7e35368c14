package org.sealane.cluster.identity;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.Pem;

/**
 * The key that signs everything an administrator decides (Ed25519, [RFC 8032]). Apart from the CA's
 * key: daily work needs this one only. Any thread may sign.
 */
public final class AdminKey {
  /** The private key in a credentials directory. */
  public static final String KEY_FILE = "admin.key";

  /** The public key beside it. */
  public static final String PUBLIC_FILE = "admin.pub";

  private final KeyPair keys;

  private AdminKey(KeyPair keys) {
    this.keys = keys;
  }

  public static AdminKey create(SecureRandom random) {
    return new AdminKey(Ed25519Keys.generate(random));
  }

  /** Reads both files; blocks on the file system. */
  public static AdminKey load(Path directory) throws CredentialsException {
    Path keyFile = directory.resolve(KEY_FILE);
    Path publicFile = directory.resolve(PUBLIC_FILE);
    PrivateKey key = Pem.privateKey(SecretFile.read(keyFile), keyFile.toString());
    PublicKey publicKey = Pem.publicKey(SecretFile.read(publicFile), publicFile.toString());
    if (!Ed25519Keys.match(key, publicKey)) {
      throw new CredentialsException(keyFile + ": not the key of " + publicFile);
    }
    return new AdminKey(new KeyPair(publicKey, key));
  }

  /** Writes both files, the private one with mode 0600; refuses to replace one. */
  public void store(Path directory) throws CredentialsException {
    SecretFile.requireAbsent(directory.resolve(KEY_FILE));
    SecretFile.writeSecret(directory.resolve(KEY_FILE), Pem.encode(keys.getPrivate()));
    SecretFile.writePublic(directory.resolve(PUBLIC_FILE), Pem.encode(keys.getPublic()));
  }

  /** The 64-byte signature over exactly {@code payload}. */
  public byte[] sign(byte[] payload) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(keys.getPrivate());
      signature.update(payload);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK signs with Ed25519", e);
    }
  }

  /** What nodes verify with; they have it from their join bundle. */
  public PublicKey publicKey() {
    return keys.getPublic();
  }

  @Override
  public String toString() {
    return "AdminKey";
  }
}
