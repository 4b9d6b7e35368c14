package org.sealane.deploy.draft;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.EpochFloor;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.identity.AdminCredentials;
import org.sealane.cluster.identity.AdminKey;
import org.sealane.cluster.identity.DataKeyRoot;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.DocumentMessages.Committed;
import org.sealane.deploy.admin.DocumentMessages.Signed;
import org.sealane.deploy.admin.DocumentMessages.Submission;
import org.sealane.deploy.admin.DocumentMessages.Submitted;
import org.sealane.deploy.admin.DocumentRoutes;
import org.sealane.deploy.enrol.DataKeyRotation;
import org.sealane.smb.auth.CredentialsException;

/**
 * Carries out an administrator's requests about the cluster's nodes. A node that is asked shows
 * what is committed; only what the administrator signed is believed. Blocks; for one thread.
 */
public final class NodeAdministrator {
  /** The most documents that a node may show: more than any cluster has. */
  private static final int DOCUMENTS_MAX = 1_000_000;

  /** The most accounts of one submission: far below what a request may be long. */
  private static final int RESEALED_MAX = 64;

  /** How long a node may take to follow what was written through it. */
  private static final Duration SEEN_MAX = Duration.ofSeconds(30);

  private static final Duration ASK_EVERY = Duration.ofMillis(20);

  private final AdminClient client;
  private final Path credentials;
  private final DataKeyRotation rotation;
  private final UUID clusterId;
  private final DocumentVerifier verifier;

  /**
   * Reads the admin key; the data key is read where it is needed.
   *
   * @param client for any node; stays the caller's
   * @param credentials the directory that {@code cluster init} wrote
   */
  public NodeAdministrator(AdminClient client, Path credentials) throws CredentialsException {
    this.client = client;
    this.credentials = credentials;
    AdminKey key = AdminKey.load(credentials);
    this.clusterId = AdminCredentials.load(credentials).identity().clusterId();
    this.verifier = new DocumentVerifier(clusterId, key.publicKey(), EpochFloor.NONE);
    this.rotation = new DataKeyRotation(clusterId, key, new SecureRandom());
  }

  /** Every committed document, deletions too. */
  public List<VerifiedDocument> committed() throws AdminException, DraftException {
    List<VerifiedDocument> documents = new ArrayList<>();
    Set<ObjectKey> seen = new HashSet<>();
    String next = "";
    while (next != null) {
      Committed page = client.get(DocumentRoutes.COMMITTED, Map.of("from", next), Committed.class);
      for (Signed signed : page.documents()) {
        VerifiedDocument document = ShownDocument.verify(verifier, signed);
        if (!seen.add(document.document().key()) || documents.size() == DOCUMENTS_MAX) {
          throw new DraftException("the node shows " + document + " twice, or shows no end");
        }
        documents.add(document);
      }
      if (page.documents().isEmpty() && page.next() != null) {
        throw new DraftException("the node shows no documents and no end");
      }
      next = page.next();
    }
    return documents;
  }

  /** The enrolment of {@code node} that is in force among {@code committed}. */
  public Optional<DocumentContent.Node> enrolment(String node, List<VerifiedDocument> committed) {
    return find(node, committed)
        .map(VerifiedDocument::content)
        .filter(DocumentContent.Node.class::isInstance)
        .map(DocumentContent.Node.class::cast);
  }

  /** Puts a new enrolment in place of an earlier one, whose key is good for nothing then. */
  public void submit(List<SignedDocument> enrolment) throws AdminException {
    List<Signed> documents =
        enrolment.stream()
            .map(document -> new Signed(base64(document.payload()), base64(document.signature())))
            .toList();
    client.post(
        DocumentRoutes.DOCUMENTS, Map.of(), new Submission(documents, false), Submitted.class);
  }

  /**
   * Bars a node: its certificate is good for nothing from then on, and what the cluster seals is
   * sealed under a data key that the node does not have. Called again for a barred node, finishes
   * what an earlier call did not.
   */
  public void revoke(String node) throws AdminException, DraftException, CredentialsException {
    List<VerifiedDocument> committed = committed();
    DocumentContent.Node enrolled =
        enrolment(node, committed)
            .orElseThrow(
                () -> new AdminException(AdminException.Kind.ABSENT, "there is no node " + node));
    DataKeyRoot root = rootInForce(DataKeyRoot.load(credentials), committed);
    boolean resealed = reseal(root);
    if (enrolled.revoked()) {
      if (resealed) {
        return;
      }
      throw new DraftException("node " + node + " is revoked already");
    }
    committed = committed();
    SignedDocument dataKey;
    try {
      dataKey = rotation.next(root, committed, node);
    } catch (IllegalArgumentException e) {
      throw new DraftException("the data key: " + e.getMessage(), e);
    }
    VerifiedDocument before = find(node, committed).orElseThrow();
    submit(
        List.of(
            dataKey,
            rotation.sign(
                before.document().key(),
                Optional.of(before),
                new DocumentContent.Node(node, enrolled.publicKey(), true))));
    reseal(root.remember(credentials, root.generation() + 1));
  }

  /** Nothing is sealed under a key that is known to be replaced, whatever the node shows. */
  private DataKeyRoot rootInForce(DataKeyRoot root, List<VerifiedDocument> committed)
      throws DraftException, CredentialsException {
    long shown = DataKeyRotation.generation(committed);
    if (shown < root.generation()) {
      throw new DraftException(
          "the node shows data key generation "
              + shown
              + ", but "
              + root.generation()
              + " is in force; ask another node");
    }
    return root.remember(credentials, shown);
  }

  /**
   * Seals again what is sealed under the generation before that of {@code root}, until nothing is;
   * says whether there was anything.
   */
  private boolean reseal(DataKeyRoot root) throws AdminException, DraftException {
    boolean any = false;
    long deadline = System.nanoTime() + SEEN_MAX.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    while (true) {
      List<VerifiedDocument> committed = committed();
      List<SignedDocument> documents = rotation.resealed(root, committed, RESEALED_MAX);
      if (documents.isEmpty() && DataKeyRotation.generation(committed) >= root.generation()) {
        return any;
      }
      if (!documents.isEmpty() && submitUnlessBehind(documents)) {
        any = true;
        deadline = System.nanoTime() + SEEN_MAX.toNanos();
      }
      try {
        if (System.nanoTime() > deadline
            || never.await(ASK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new AdminException(
              AdminException.Kind.UNAVAILABLE,
              "the node is revoked, but accounts are not all sealed again; say it once more");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AdminException(AdminException.Kind.UNAVAILABLE, "interrupted", e);
      }
    }
  }

  /** False if what the node showed was not the newest: it follows what was just written. */
  private boolean submitUnlessBehind(List<SignedDocument> documents) throws AdminException {
    try {
      submit(documents);
      return true;
    } catch (AdminException e) {
      if (e.kind() == AdminException.Kind.CONFLICT) {
        return false;
      }
      throw e;
    }
  }

  private Optional<VerifiedDocument> find(String node, List<VerifiedDocument> committed) {
    ObjectKey wanted = ObjectKey.node(clusterId, node);
    return committed.stream()
        .filter(document -> document.document().key().equals(wanted))
        .findFirst();
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
