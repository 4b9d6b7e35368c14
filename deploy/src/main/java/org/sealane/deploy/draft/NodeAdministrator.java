package org.sealane.deploy.draft;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.EpochFloor;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.identity.AdminCredentials;
import org.sealane.cluster.identity.AdminKey;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.DocumentMessages.Committed;
import org.sealane.deploy.admin.DocumentMessages.Signed;
import org.sealane.deploy.admin.DocumentMessages.Submission;
import org.sealane.deploy.admin.DocumentMessages.Submitted;
import org.sealane.deploy.admin.DocumentRoutes;
import org.sealane.smb.auth.CredentialsException;

/**
 * Carries out an administrator's requests about the cluster's nodes. A node that is asked shows
 * what is committed; only what the administrator signed is believed. Blocks; for one thread.
 */
public final class NodeAdministrator {
  /** The most documents that a node may show: more than any cluster has. */
  private static final int DOCUMENTS_MAX = 1_000_000;

  private final AdminClient client;
  private final AdminKey key;
  private final UUID clusterId;
  private final DocumentVerifier verifier;

  /**
   * Reads the admin key.
   *
   * @param client for any node; stays the caller's
   * @param credentials the directory that {@code cluster init} wrote
   */
  public NodeAdministrator(AdminClient client, Path credentials) throws CredentialsException {
    this.client = client;
    this.key = AdminKey.load(credentials);
    this.clusterId = AdminCredentials.load(credentials).identity().clusterId();
    this.verifier = new DocumentVerifier(clusterId, key.publicKey(), EpochFloor.NONE);
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

  /** Bars a node: its certificate is good for nothing from then on. */
  public void revoke(String node) throws AdminException, DraftException {
    List<VerifiedDocument> committed = committed();
    DocumentContent.Node enrolled =
        enrolment(node, committed)
            .orElseThrow(
                () -> new AdminException(AdminException.Kind.ABSENT, "there is no node " + node));
    if (enrolled.revoked()) {
      throw new DraftException("node " + node + " is revoked already");
    }
    VerifiedDocument before = find(node, committed).orElseThrow();
    byte[] payload =
        DocumentCodec.encode(
            new Document(
                clusterId,
                before.document().key(),
                before.epoch() + 1,
                Optional.of(before.digest()),
                Instant.now(),
                new DocumentContent.Node(node, enrolled.publicKey(), true)));
    submit(List.of(new SignedDocument(payload, key.sign(payload))));
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
