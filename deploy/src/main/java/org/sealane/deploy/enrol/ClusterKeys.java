package org.sealane.deploy.enrol;

import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.EpochFloor;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.identity.AdminKey;
import org.sealane.cluster.identity.ClusterCa;
import org.sealane.cluster.identity.DataKeyRoot;
import org.sealane.cluster.identity.JoinBundle;
import org.sealane.cluster.identity.Validity;
import org.sealane.smb.auth.CertificateIdentity;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.NodeCredentials;
import org.sealane.smb.auth.Pem;

/** A cluster's CA and admin key together: all that is needed to let nodes in. */
public final class ClusterKeys {
  /** Ten years: the CA is what every node believes, and is exchanged by hand. */
  private static final Duration CA_LIFETIME = Duration.ofDays(3650);

  /** Long enough to be renewed once a year with time to spare. */
  private static final Duration CERTIFICATE_LIFETIME = Duration.ofDays(397);

  private static final String ADMIN_NAME = "admin";

  private final ClusterCa ca;
  private final AdminKey adminKey;
  private final DataKeyRoot dataKey;

  private ClusterKeys(ClusterCa ca, AdminKey adminKey, DataKeyRoot dataKey) {
    this.ca = ca;
    this.adminKey = adminKey;
    this.dataKey = dataKey;
  }

  /**
   * Makes a new cluster's keys and writes them to {@code directory}: the CA's key, admin and data
   * key apart, and an administrator's certificate. Refuses to replace any.
   */
  public static ClusterKeys create(String clusterName, Path directory) throws CredentialsException {
    SecureRandom random = new SecureRandom();
    Instant now = Instant.now();
    ClusterCa ca =
        ClusterCa.create(
            UUID.randomUUID(), clusterName, Validity.startingAt(now, CA_LIFETIME), random);
    AdminKey adminKey = AdminKey.create(random);
    ca.store(directory);
    adminKey.store(directory);
    DataKeyRoot dataKey = DataKeyRoot.create(random);
    dataKey.store(directory);
    ca.issueAdmin(ADMIN_NAME, Validity.startingAt(now, CERTIFICATE_LIFETIME)).store(directory);
    return new ClusterKeys(ca, adminKey, dataKey);
  }

  /** Reads both keys from {@code directory}. */
  public static ClusterKeys load(Path directory) throws CredentialsException {
    return new ClusterKeys(
        ClusterCa.load(directory, new SecureRandom()),
        AdminKey.load(directory),
        DataKeyRoot.load(directory));
  }

  public UUID clusterId() {
    return ca.clusterId();
  }

  public String clusterName() {
    return ca.clusterName();
  }

  /** As {@link #enroll(String, Collection)} where no node of the cluster can be asked. */
  public JoinBundle enroll(String node) {
    return enroll(node, List.of());
  }

  /**
   * What lets {@code node} in: a key and certificate of its own, and its signed enrolment, which
   * the node itself brings to the cluster if its name was never enrolled. If it was, the enrolment
   * replaces the earlier one once it is submitted, and the earlier key is good for nothing then.
   *
   * @param committed every document that is in force, verified: the node will believe none that is
   *     older
   */
  public JoinBundle enroll(String node, Collection<VerifiedDocument> committed) {
    NodeCredentials credentials =
        ca.issueNode(node, Validity.startingAt(Instant.now(), CERTIFICATE_LIFETIME));
    PublicKey key = credentials.keys().certificate().getPublicKey();
    DocumentContent.Node enrolment = new DocumentContent.Node(node, Ed25519.base64(key), false);
    return new JoinBundle(
        ca.clusterName(),
        credentials,
        adminKey.publicKey(),
        dataKey.atLeast(DataKeyRotation.generation(committed)).forNode(enrolment),
        EpochFloor.of(committed),
        List.of(sign(ObjectKey.node(clusterId(), node), enrolment, committed)));
  }

  /**
   * Certifies the key of an enrolled node for another term.
   *
   * @param present the node's certificate of now, as the node has proven it: its key stays
   * @return the new certificate as PEM
   * @throws IllegalArgumentException if {@code present} is not that node's with its enrolled key
   */
  public String renew(DocumentContent.Node enrolled, X509Certificate present) {
    CertificateIdentity.Node named = new CertificateIdentity.Node(clusterId(), enrolled.name());
    PublicKey key = present.getPublicKey();
    if (CertificateIdentity.of(present).filter(named::equals).isEmpty()
        || !Ed25519.base64(key).equals(enrolled.publicKey())) {
      throw new IllegalArgumentException(
          "who answers is not node " + enrolled.name() + " with the key that is enrolled");
    }
    Validity validity = Validity.startingAt(Instant.now(), CERTIFICATE_LIFETIME);
    return Pem.encode(List.of(ca.certifyNode(enrolled.name(), key, validity)));
  }

  /** The next document of its object after what is committed. */
  private SignedDocument sign(
      ObjectKey object, DocumentContent content, Collection<VerifiedDocument> committed) {
    Optional<VerifiedDocument> before =
        committed.stream().filter(known -> known.document().key().equals(object)).findFirst();
    byte[] payload =
        DocumentCodec.encode(
            new Document(
                clusterId(),
                object,
                before.map(VerifiedDocument::epoch).orElse(0L) + 1,
                before.map(VerifiedDocument::digest),
                Instant.now(),
                content));
    return new SignedDocument(payload, adminKey.sign(payload));
  }
}
