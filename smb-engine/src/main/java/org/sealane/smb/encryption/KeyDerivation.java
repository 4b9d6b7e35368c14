package org.sealane.smb.encryption;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.LentKey;
import org.sealane.smb.negotiate.CipherId;

/**
 * Session keys from the key that authentication gave: SP800-108 in counter mode with HMAC-SHA256,
 * [MS-SMB2] 3.1.4.2. Pure functions; each result belongs to the caller, who closes it.
 */
public final class KeyDerivation {
  /** Bytes of Session.SessionKey, [MS-SMB2] 3.3.5.5.3: the first of the authentication's key. */
  private static final int SESSION_KEY_LENGTH = 16;

  /**
   * Bytes of signing and application keys. Read literally, [MS-SMB2] 3.1.4.2 derives 256 bits for
   * them too under an AES-256 cipher; 3.3.1.8 defines them as 128 bits, and Windows' test suite and
   * Samba derive 128. The two differ, since the length is part of what is hashed.
   */
  private static final int SIGNING_KEY_LENGTH = 16;

  /** One block of HMAC-SHA256, the longest key that one iteration gives. */
  private static final int BLOCK_LENGTH = 32;

  private KeyDerivation() {}

  /** Session.SigningKey, 16 bytes. */
  public static SessionSecret signingKey(SessionSecret secret, KeyContext context) {
    return switch (context) {
      case KeyContext.Smb2 _ -> sessionKey(secret);
      case KeyContext.Smb30 _ ->
          fromSessionKey(secret, "SMB2AESCMAC", text("SmbSign"), SIGNING_KEY_LENGTH);
      case KeyContext.Smb311 bound ->
          fromSessionKey(secret, "SMBSigningKey", bound.preauthHash(), SIGNING_KEY_LENGTH);
    };
  }

  /** The key of messages from client to server, as long as {@code cipher} needs it. */
  public static SessionSecret clientToServerKey(
      SessionSecret secret, KeyContext context, CipherId cipher) {
    return switch (context) {
      case KeyContext.Smb2 _ -> throw noCipher();
      // The blank belongs to it.
      case KeyContext.Smb30 _ -> cipherKey(secret, "SMB2AESCCM", text("ServerIn "), cipher);
      case KeyContext.Smb311 bound ->
          cipherKey(secret, "SMBC2SCipherKey", bound.preauthHash(), cipher);
    };
  }

  /** The key of messages from server to client, as long as {@code cipher} needs it. */
  public static SessionSecret serverToClientKey(
      SessionSecret secret, KeyContext context, CipherId cipher) {
    return switch (context) {
      case KeyContext.Smb2 _ -> throw noCipher();
      case KeyContext.Smb30 _ -> cipherKey(secret, "SMB2AESCCM", text("ServerOut"), cipher);
      case KeyContext.Smb311 bound ->
          cipherKey(secret, "SMBS2CCipherKey", bound.preauthHash(), cipher);
    };
  }

  /** Session.ApplicationKey, 16 bytes. */
  public static SessionSecret applicationKey(SessionSecret secret, KeyContext context) {
    return switch (context) {
      case KeyContext.Smb2 _ -> sessionKey(secret);
      case KeyContext.Smb30 _ ->
          fromSessionKey(secret, "SMB2APP", text("SmbRpc"), SIGNING_KEY_LENGTH);
      case KeyContext.Smb311 bound ->
          fromSessionKey(secret, "SMBAppKey", bound.preauthHash(), SIGNING_KEY_LENGTH);
    };
  }

  private static SessionSecret cipherKey(
      SessionSecret secret, String label, byte[] context, CipherId cipher) {
    // [MS-SMB2] 3.3.5.5.3: FullSessionKey takes the place of SessionKey under AES-256 ciphers only.
    return cipher.keyBytes() > SESSION_KEY_LENGTH
        ? counterMode(secret, text(label), context, cipher.keyBytes())
        : fromSessionKey(secret, label, context, cipher.keyBytes());
  }

  private static SessionSecret fromSessionKey(
      SessionSecret secret, String label, byte[] context, int lengthBytes) {
    try (SessionSecret sessionKey = sessionKey(secret)) {
      return counterMode(sessionKey, text(label), context, lengthBytes);
    }
  }

  /** Session.SessionKey: longer keys are cut, shorter ones padded with zeros on the right. */
  private static SessionSecret sessionKey(SessionSecret secret) {
    return secret.use(bytes -> new SessionSecret(Arrays.copyOf(bytes, SESSION_KEY_LENGTH)));
  }

  private static IllegalArgumentException noCipher() {
    return new IllegalArgumentException("SMB 2 does not encrypt");
  }

  /**
   * One iteration of SP800-108 5.1 with 32-bit counter and length: {@code HMAC-SHA256(key, 1 ||
   * label || 0 || context || bits)}.
   *
   * @param label with the NUL that ends it in SMB
   * @param lengthBytes of the result, at most 32
   */
  static SessionSecret counterMode(
      SessionSecret key, byte[] label, byte[] context, int lengthBytes) {
    if (lengthBytes < 1 || lengthBytes > BLOCK_LENGTH) {
      throw new IllegalArgumentException(lengthBytes + " bytes are not one iteration");
    }
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new LentKey(key, "HmacSHA256"));
      mac.update(bigEndian(1));
      mac.update(label);
      mac.update((byte) 0);
      mac.update(context);
      mac.update(bigEndian(lengthBytes * Byte.SIZE));
      byte[] block = mac.doFinal();
      byte[] derived = Arrays.copyOf(block, lengthBytes);
      Arrays.fill(block, (byte) 0);
      return new SessionSecret(derived);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA256", e);
    }
  }

  private static byte[] text(String value) {
    return (value + "\0").getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] bigEndian(int value) {
    return new byte[] {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
  }
}
