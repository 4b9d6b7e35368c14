package org.sealane.smb.auth;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The textual encoding of keys and certificates, [RFC 7468]: {@code PRIVATE KEY} (PKCS#8), {@code
 * PUBLIC KEY} (SubjectPublicKeyInfo) and {@code CERTIFICATE}. Keys are Ed25519, the only kind this
 * project makes. Text around the blocks is ignored, as the RFC allows.
 */
public final class Pem {
  private static final Base64.Encoder ENCODER = Base64.getMimeEncoder(64, new byte[] {'\n'});

  /** Far above any file of ours; a wrong path then costs a message, not the heap. */
  public static final int TEXT_CHARS_MAX = 256 * 1024;

  /** More certificates than any chain or set of CAs of a cluster. */
  private static final int CERTIFICATES_MAX = 32;

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

  private Pem() {}

  /** All certificates in {@code text}, in their order; {@code what} names the text in errors. */
  public static List<X509Certificate> certificates(String text, String what)
      throws CredentialsException {
    List<byte[]> blocks = blocks(text, "CERTIFICATE", what);
    if (blocks.isEmpty() || blocks.size() > CERTIFICATES_MAX) {
      throw new CredentialsException(
          what + ": " + blocks.size() + " certificates, expected 1 to " + CERTIFICATES_MAX);
    }
    List<X509Certificate> certificates = new ArrayList<>(blocks.size());
    for (byte[] block : blocks) {
      certificates.add(certificate(block, what));
    }
    return List.copyOf(certificates);
  }

  /** The one private key in {@code text}. */
  public static PrivateKey privateKey(String text, String what) throws CredentialsException {
    byte[] encoded = single(text, "PRIVATE KEY", what);
    try {
      return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException _) {
      // The cause is dropped: parsers may quote what they could not parse.
      throw new CredentialsException(what + ": not an Ed25519 private key in PKCS#8");
    } finally {
      Arrays.fill(encoded, (byte) 0);
    }
  }

  /** The one public key in {@code text}. */
  public static PublicKey publicKey(String text, String what) throws CredentialsException {
    byte[] encoded = single(text, "PUBLIC KEY", what);
    try {
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new CredentialsException(what + ": not an Ed25519 public key", e);
    }
  }

  /** The certificates, one block after the other. */
  public static String encode(List<X509Certificate> certificates) {
    StringBuilder text = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      try {
        append(text, "CERTIFICATE", certificate.getEncoded());
      } catch (CertificateEncodingException e) {
        throw new IllegalArgumentException("a certificate without an encoding", e);
      }
    }
    return text.toString();
  }

  /** The private key in PKCS#8. The text is as secret as the key. */
  public static String encode(PrivateKey key) {
    return encodeKey("PRIVATE KEY", key);
  }

  /** The public key as SubjectPublicKeyInfo. */
  public static String encode(PublicKey key) {
    return encodeKey("PUBLIC KEY", key);
  }

  private static String encodeKey(String label, Key key) {
    byte[] encoded = key.getEncoded();
    if (encoded == null) {
      throw new IllegalArgumentException("a key without an encoding");
    }
    StringBuilder text = new StringBuilder();
    append(text, label, encoded);
    return text.toString();
  }

  private static void append(StringBuilder text, String label, byte[] encoded) {
    text.append("-----BEGIN ").append(label).append("-----\n");
    text.append(ENCODER.encodeToString(encoded));
    text.append("\n-----END ").append(label).append("-----\n");
  }

  private static X509Certificate certificate(byte[] encoded, String what)
      throws CredentialsException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(encoded));
    } catch (CertificateException e) {
      throw new CredentialsException(what + ": a certificate that can not be parsed", e);
    }
  }

  private static byte[] single(String text, String label, String what) throws CredentialsException {
    List<byte[]> blocks = blocks(text, label, what);
    if (blocks.size() != 1) {
      throw new CredentialsException(
          what + ": " + blocks.size() + " blocks 'BEGIN " + label + "', expected 1");
    }
    return blocks.get(0);
  }

  private static List<byte[]> blocks(String text, String label, String what)
      throws CredentialsException {
    if (text.length() > TEXT_CHARS_MAX) {
      throw new CredentialsException(what + ": longer than " + TEXT_CHARS_MAX + " characters");
    }
    List<byte[]> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      if (!matcher.group(1).equals(label)) {
        continue;
      }
      try {
        blocks.add(Base64.getDecoder().decode(matcher.group(2).replaceAll("\\s", "")));
      } catch (IllegalArgumentException _) {
        throw new CredentialsException(what + ": a block 'BEGIN " + label + "' is not base64");
      }
    }
    return blocks;
  }
}
