package org.sealane.cluster.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.sealane.smb.auth.CertificateIdentity;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.KeyAndCertificate;
import org.sealane.smb.auth.NodeCredentials;
import org.sealane.smb.auth.Pem;

/**
 * A cluster's certificate authority: one Ed25519 key and its self-signed certificate, which names
 * the cluster ({@link CertificateIdentity.Authority}). It signs nodes' and administrators'
 * certificates directly; no intermediate. Its key is needed to enroll and renew only, so it may be
 * kept offline. Any thread may call.
 */
public final class ClusterCa {
  /** The private key in a credentials directory. */
  public static final String KEY_FILE = "ca.key";

  /** The certificate beside it; nodes and administrators have a copy. */
  public static final String CERTIFICATE_FILE = "ca.crt";

  /** As [RFC 5280] 4.1.2.2 allows, and too many to guess or to collide. */
  private static final int SERIAL_NUMBER_BITS = 127;

  /** One critical extension that says what a key is for. */
  private record Use(ASN1ObjectIdentifier extension, ASN1Encodable value) {}

  private static final List<Use> CA_USES =
      List.of(
          new Use(Extension.basicConstraints, new BasicConstraints(0)),
          new Use(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign)));

  private static final List<Use> NODE_USES =
      signingIn(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);

  private static final List<Use> ADMIN_USES = signingIn(KeyPurposeId.id_kp_clientAuth);

  private final PrivateKey key;
  private final X509Certificate certificate;
  private final CertificateIdentity.Authority identity;
  private final SecureRandom random;

  private static List<Use> signingIn(KeyPurposeId... purposes) {
    return List.of(
        new Use(Extension.basicConstraints, new BasicConstraints(false)),
        new Use(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature)),
        new Use(Extension.extendedKeyUsage, new ExtendedKeyUsage(purposes)));
  }

  private ClusterCa(
      PrivateKey key,
      X509Certificate certificate,
      CertificateIdentity.Authority identity,
      SecureRandom random) {
    this.key = key;
    this.certificate = certificate;
    this.identity = identity;
    this.random = random;
  }

  /**
   * Makes the authority of a new cluster.
   *
   * @param random makes its key, and the keys and serial numbers of what it issues
   */
  public static ClusterCa create(
      UUID clusterId, String clusterName, Validity validity, SecureRandom random) {
    CertificateIdentity.Authority identity =
        new CertificateIdentity.Authority(clusterId, clusterName);
    KeyPair keys = Ed25519Keys.generate(random);
    X500Name name = distinguishedName(identity);
    X509Certificate certificate =
        sign(name, keys.getPrivate(), identity, keys.getPublic(), validity, CA_USES, random);
    return new ClusterCa(keys.getPrivate(), certificate, identity, random);
  }

  /** Reads both files; blocks on the file system. */
  public static ClusterCa load(Path directory, SecureRandom random) throws CredentialsException {
    Path keyFile = directory.resolve(KEY_FILE);
    Path certificateFile = directory.resolve(CERTIFICATE_FILE);
    PrivateKey key = Pem.privateKey(SecretFile.read(keyFile), keyFile.toString());
    List<X509Certificate> certificates =
        Pem.certificates(SecretFile.read(certificateFile), certificateFile.toString());
    for (X509Certificate certificate : certificates) {
      if (CertificateIdentity.of(certificate).orElse(null)
              instanceof CertificateIdentity.Authority identity
          && Ed25519Keys.match(key, certificate.getPublicKey())) {
        return new ClusterCa(key, certificate, identity, random);
      }
    }
    throw new CredentialsException(keyFile + ": not the key of the CA in " + certificateFile);
  }

  /** Writes both files, the key with mode 0600; refuses to replace a key. */
  public void store(Path directory) throws CredentialsException {
    SecretFile.requireAbsent(directory.resolve(KEY_FILE));
    SecretFile.writeSecret(directory.resolve(KEY_FILE), Pem.encode(key));
    SecretFile.writePublic(directory.resolve(CERTIFICATE_FILE), Pem.encode(List.of(certificate)));
  }

  /** Makes a key for {@code node} and certifies it. */
  public NodeCredentials issueNode(String node, Validity validity) {
    KeyPair keys = Ed25519Keys.generate(random);
    X509Certificate issued = certifyNode(node, keys.getPublic(), validity);
    return new NodeCredentials(
        new KeyAndCertificate(keys.getPrivate(), issued, List.of(certificate)),
        new CertificateIdentity.Node(clusterId(), node));
  }

  /** Certifies a key that {@code node} has already: a renewal moves no secret. */
  public X509Certificate certifyNode(String node, PublicKey publicKey, Validity validity) {
    CertificateIdentity.Node subject = new CertificateIdentity.Node(clusterId(), node);
    return sign(issuer(), key, subject, publicKey, validity, NODE_USES, random);
  }

  /** Makes a key for the administrator {@code name} and certifies it. */
  public AdminCredentials issueAdmin(String name, Validity validity) {
    CertificateIdentity.Admin subject = new CertificateIdentity.Admin(clusterId(), name);
    KeyPair keys = Ed25519Keys.generate(random);
    X509Certificate issued =
        sign(issuer(), key, subject, keys.getPublic(), validity, ADMIN_USES, random);
    return new AdminCredentials(
        new KeyAndCertificate(keys.getPrivate(), issued, List.of(certificate)), subject);
  }

  public UUID clusterId() {
    return identity.clusterId();
  }

  public String clusterName() {
    return identity.name();
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** The exact bytes of our own subject, or paths would not chain. */
  private X500Name issuer() {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  private static X500Name distinguishedName(CertificateIdentity identity) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, "Sealane cluster " + identity.clusterId())
        .addRDN(BCStyle.CN, identity.name())
        .build();
  }

  private static X509Certificate sign(
      X500Name issuer,
      PrivateKey issuerKey,
      CertificateIdentity subject,
      PublicKey subjectKey,
      Validity validity,
      List<Use> uses,
      SecureRandom random) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              // Never zero, which [RFC 5280] 4.1.2.2 forbids.
              new BigInteger(SERIAL_NUMBER_BITS, random).setBit(SERIAL_NUMBER_BITS - 1),
              Date.from(validity.notBefore()),
              Date.from(validity.notAfter()),
              distinguishedName(subject),
              subjectKey);
      GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, subject.uri());
      builder.addExtension(
          Extension.subjectAlternativeName, false, new GeneralNames(name).getEncoded());
      for (Use use : uses) {
        builder.addExtension(use.extension(), true, use.value());
      }
      ContentSigner signer =
          new JcaContentSignerBuilder("Ed25519").setSecureRandom(random).build(issuerKey);
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (IOException | OperatorCreationException | CertificateException e) {
      throw new IllegalStateException("a certificate of checked parts can be made", e);
    }
  }

  @Override
  public String toString() {
    return "ClusterCa[" + identity.uri() + "]";
  }
}
