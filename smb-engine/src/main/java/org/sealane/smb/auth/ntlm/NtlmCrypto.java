package org.sealane.smb.auth.ntlm;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.engines.RC4Engine;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * The primitives of [MS-NLMP] 3.3 and 3.4. MD5 and RC4 are what the protocol fixes; what rests on
 * them is an exchange that SMB binds and signs again with its own. Pure functions.
 */
final class NtlmCrypto {
  private static final int CHECKSUM_LENGTH = 8;
  private static final int SIGNATURE_VERSION = 1;

  private NtlmCrypto() {}

  static byte[] hmacMd5(byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance("HmacMD5");
      mac.init(new SecretKeySpec(key, "HmacMD5"));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-MD5", e);
    }
  }

  static byte[] rc4(byte[] key, byte[] input) {
    RC4Engine rc4 = new RC4Engine();
    rc4.init(true, new KeyParameter(key));
    byte[] output = new byte[input.length];
    rc4.processBytes(input, 0, input.length, output, 0);
    return output;
  }

  /** Names compare and hash in upper case, character by character, whatever the locale. */
  static String upperCase(String name) {
    StringBuilder upper = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      upper.append(Character.toUpperCase(name.charAt(i)));
    }
    return upper.toString();
  }

  /**
   * The signature of the first message that one side signs, [MS-NLMP] 3.4.4.2 with extended session
   * security and key exchange: what SPNEGO has for mechListMIC.
   *
   * @param clientToServer which side signs
   */
  static byte[] firstSignature(byte[] exportedKey, boolean clientToServer, byte[] message) {
    byte[] signKey = directionKey(exportedKey, clientToServer, "signing");
    byte[] sealKey = directionKey(exportedKey, clientToServer, "sealing");
    byte[] sequence = new byte[Integer.BYTES];
    byte[] hash = hmacMd5(signKey, sequence, message);
    byte[] checksum = rc4(sealKey, java.util.Arrays.copyOf(hash, CHECKSUM_LENGTH));
    byte[] signature = new byte[AuthenticateMessageCodec.MIC_LENGTH];
    signature[0] = SIGNATURE_VERSION;
    System.arraycopy(checksum, 0, signature, Integer.BYTES, CHECKSUM_LENGTH);
    return signature;
  }

  /** SIGNKEY and SEALKEY of [MS-NLMP] 3.4.5.2, 3.4.5.3 with 128-bit keys. */
  private static byte[] directionKey(byte[] exportedKey, boolean clientToServer, String use) {
    String direction = clientToServer ? "client-to-server" : "server-to-client";
    String constant =
        String.format(Locale.ROOT, "session key to %s %s key magic constant\0", direction, use);
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      md5.update(exportedKey);
      return md5.digest(constant.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }
}
