package org.sealane.smb.auth;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA for tests, which also issues what no CA of ours would. */
public final class TestAuthority {
  /** The instant that tests take for now. */
  public static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  private static final Duration YEAR = Duration.ofDays(365);

  private static final Map<String, Integer> KEY_BITS =
      Map.of("Ed25519", 255, "Ed448", 448, "EC", 256);

  /** What a certificate says; start from {@link #node}. */
  public record Request(
      String uri, Instant notBefore, Instant notAfter, boolean authority, KeyPurposeId purpose) {

    public Request valid(Instant from, Instant to) {
      return new Request(uri, from, to, authority, purpose);
    }

    public Request uri(String other) {
      return new Request(other, notBefore, notAfter, authority, purpose);
    }

    public Request asAuthority() {
      return new Request(uri, notBefore, notAfter, true, purpose);
    }

    /** With one key purpose in place of both of TLS. */
    public Request only(KeyPurposeId one) {
      return new Request(uri, notBefore, notAfter, authority, one);
    }
  }

  private final UUID clusterId;
  private final SecureRandom random;
  private final KeyPair keys;
  private final X509Certificate certificate;
  private long serial = 1;

  public TestAuthority(UUID clusterId) {
    this(clusterId, new SecureRandom());
  }

  /** The same {@code random} gives the same keys and certificates. */
  public TestAuthority(UUID clusterId, SecureRandom random) {
    this(clusterId, random, NOW.plus(YEAR));
  }

  /** A CA that is valid until {@code notAfter}. */
  public TestAuthority(UUID clusterId, Instant notAfter) {
    this(clusterId, new SecureRandom(), notAfter);
  }

  private TestAuthority(UUID clusterId, SecureRandom random, Instant notAfter) {
    this.clusterId = clusterId;
    this.random = random;
    this.keys = newKeys("Ed25519", random);
    Request request =
        new Request(
            "sealane:cluster/" + clusterId + "/ca/test", NOW.minus(YEAR), notAfter, true, null);
    this.certificate = issue(request, keys, name(), keys.getPrivate());
  }

  public UUID clusterId() {
    return clusterId;
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** A request that this project's CA would fulfil. */
  public Request node(String name) {
    return new Request(
        new CertificateIdentity.Node(clusterId, name).uri(),
        NOW.minus(YEAR),
        NOW.plus(YEAR),
        false,
        null);
  }

  /** Good credentials of a node. */
  public NodeCredentials credentials(String name) {
    return credentials(name, node(name));
  }

  /**
   * Credentials with a certificate for {@code request}, whose owner believes to be {@code name}.
   */
  public NodeCredentials credentials(String name, Request request) {
    KeyPair own = newKeys("Ed25519", random);
    return new NodeCredentials(
        new KeyAndCertificate(
            own.getPrivate(), issue(request, own, name(), keys.getPrivate()), List.of(certificate)),
        new CertificateIdentity.Node(clusterId, name));
  }

  /** The same node with a certificate of {@code other}; both believe this CA. */
  public NodeCredentials certifiedBy(TestAuthority other, String name) {
    NodeCredentials foreign = other.credentials(name, node(name));
    return new NodeCredentials(
        new KeyAndCertificate(
            foreign.keys().key(), foreign.keys().certificate(), List.of(certificate)),
        foreign.identity());
  }

  /** A certificate over a key of any algorithm. */
  public X509Certificate certificate(Request request, String keyAlgorithm) {
    return issue(request, newKeys(keyAlgorithm, random), name(), keys.getPrivate());
  }

  /** A key pair of any algorithm, each time another. */
  public static KeyPair newKeys(String algorithm) {
    return newKeys(algorithm, new SecureRandom());
  }

  private static KeyPair newKeys(String algorithm, SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(KEY_BITS.get(algorithm), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X500Name name() {
    return new X500Name("CN=test CA");
  }

  private X509Certificate issue(Request request, KeyPair subject, X500Name issuer, PrivateKey key) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              BigInteger.valueOf(serial++),
              Date.from(request.notBefore()),
              Date.from(request.notAfter()),
              subject == keys ? issuer : new X500Name("CN=test node"),
              subject.getPublic());
      if (!request.uri().isEmpty()) {
        GeneralName san = new GeneralName(GeneralName.uniformResourceIdentifier, request.uri());
        builder.addExtension(
            Extension.subjectAlternativeName, false, new GeneralNames(san).getEncoded());
      }
      builder.addExtension(
          Extension.basicConstraints, true, new BasicConstraints(request.authority()));
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(request.authority() ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
      KeyPurposeId[] purposes =
          request.purpose() == null
              ? new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}
              : new KeyPurposeId[] {request.purpose()};
      builder.addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(purposes));
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("Ed25519").build(key)));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
