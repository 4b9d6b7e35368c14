package org.sealane.cluster.identity;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.sealane.smb.auth.CredentialsException;

/**
 * The key under which the cluster keeps secrets in ZooKeeper, as users' accounts: 256 bits that
 * administrators' credentials and join bundles carry and ZooKeeper never sees. AES-256-GCM under a
 * key of its own for each object, so that nothing sealed for one opens as another. Any thread may
 * call.
 */
public final class DataKey {
  /** In a credentials directory. */
  public static final String FILE = "data.key";

  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final byte[] key;

  private DataKey(byte[] key) {
    this.key = key;
  }

  public static DataKey create(SecureRandom random) {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    return new DataKey(key);
  }

  /** Reads the file; blocks on the file system. */
  public static DataKey load(Path directory) throws CredentialsException {
    Path file = directory.resolve(FILE);
    return parse(SecretFile.read(file).strip(), file.toString());
  }

  /** Writes the file with mode 0600; refuses to replace one. */
  public void store(Path directory) throws CredentialsException {
    SecretFile.requireAbsent(directory.resolve(FILE));
    SecretFile.writeSecret(directory.resolve(FILE), text() + "\n");
  }

  /** As join bundles carry it. */
  String text() {
    return Base64.getEncoder().encodeToString(key);
  }

  static DataKey parse(String text, String what) throws CredentialsException {
    try {
      byte[] key = Base64.getDecoder().decode(text);
      if (key.length == KEY_BYTES) {
        return new DataKey(key);
      }
    } catch (IllegalArgumentException e) {
      // Its message may quote the key.
      throw new CredentialsException(what + ": the data key is not base64");
    }
    throw new CredentialsException(what + ": the data key has not " + KEY_BYTES + " bytes");
  }

  /** Seals {@code plaintext} for one object and one use. */
  public byte[] seal(String use, UUID object, byte[] plaintext, SecureRandom random) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, use, object, nonce).doFinal(plaintext);
      byte[] whole = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
      System.arraycopy(sealed, 0, whole, NONCE_BYTES, sealed.length);
      return whole;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  /** What was sealed for that object and use; empty if it was not, or not under this key. */
  public Optional<byte[]> open(String use, UUID object, byte[] sealed) {
    if (sealed.length < NONCE_BYTES) {
      return Optional.empty();
    }
    byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
    try {
      return Optional.of(
          cipher(Cipher.DECRYPT_MODE, use, object, nonce)
              .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
    } catch (GeneralSecurityException _) {
      return Optional.empty();
    }
  }

  private Cipher cipher(int mode, String use, UUID object, byte[] nonce)
      throws GeneralSecurityException {
    Mac derivation = Mac.getInstance("HmacSHA256");
    derivation.init(new SecretKeySpec(key, "HmacSHA256"));
    byte[] own =
        derivation.doFinal(("sealane " + use + " " + object).getBytes(StandardCharsets.US_ASCII));
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(own, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    Arrays.fill(own, (byte) 0);
    return cipher;
  }

  @Override
  public String toString() {
    return "DataKey";
  }
}
