package org.sealane.smb.encryption.key;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import javax.crypto.SecretKey;
import org.sealane.smb.auth.SessionSecret;

/**
 * A {@link SessionSecret} in the shape that JCA takes. It keeps no bytes of its own: each provider
 * call of {@link #getEncoded} gets a copy, which the JDK's ciphers overwrite when they are done.
 * Never leaves the classes that initialise ciphers.
 */
public final class LentKey implements SecretKey {
  private static final long serialVersionUID = 1L;

  private final transient SessionSecret secret;
  private final String algorithm;

  /** Borrows {@code secret}, whose owner closes it after the last use of this. */
  public LentKey(SessionSecret secret, String algorithm) {
    this.secret = secret;
    this.algorithm = algorithm;
  }

  @Override
  public String getAlgorithm() {
    return algorithm;
  }

  @Override
  public String getFormat() {
    return "RAW";
  }

  @Override
  public byte[] getEncoded() {
    return secret.use(byte[]::clone);
  }

  @Override
  public String toString() {
    return "LentKey[" + algorithm + "]";
  }

  private void writeObject(ObjectOutputStream out) throws NotSerializableException {
    throw new NotSerializableException("a key is never written");
  }
}
