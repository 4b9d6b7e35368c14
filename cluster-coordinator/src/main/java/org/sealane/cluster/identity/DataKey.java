package org.sealane.cluster.identity;

import java.nio.charset.StandardCharsets;
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
 * A key under which the cluster keeps secrets in ZooKeeper, as users' accounts: 256 bits that
 * ZooKeeper never sees, made by {@link DataKeyRoot}. AES-256-GCM under a key of its own for each
 * object, so that nothing sealed for one opens as another. Any thread may call.
 */
public final class DataKey {
  static final int KEY_BYTES = 32;

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final byte[] key;

  /** Keeps {@code key}, 32 bytes. */
  DataKey(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a data key of " + key.length + " bytes");
    }
    this.key = key;
  }

  public static DataKey create(SecureRandom random) {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    return new DataKey(key);
  }

  /** As join bundles carry it. */
  String text() {
    return Base64.getEncoder().encodeToString(key);
  }

  /** A copy of the key, for wrapping; the caller destroys it. */
  byte[] bytes() {
    return key.clone();
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
