package org.sealane.deploy.draft;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentContent.Grant;
import org.sealane.cluster.document.DocumentContent.Server;
import org.sealane.cluster.document.DocumentContent.Share;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.EpochFloor;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.identity.AdminCredentials;
import org.sealane.cluster.identity.AdminKey;
import org.sealane.cluster.identity.DataKey;
import org.sealane.cluster.identity.DataKeyRoot;
import org.sealane.cluster.identity.SealedKeytab;
import org.sealane.cluster.identity.UserAccount;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.DocumentMessages.ClientDocuments;
import org.sealane.deploy.admin.DocumentMessages.ClientsDraft;
import org.sealane.deploy.admin.DocumentMessages.Draft;
import org.sealane.deploy.admin.DocumentMessages.Signed;
import org.sealane.deploy.admin.DocumentMessages.Submission;
import org.sealane.deploy.admin.DocumentMessages.Submitted;
import org.sealane.deploy.admin.DocumentRoutes;
import org.sealane.deploy.enrol.DataKeyRotation;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.auth.kerberos.Keytab;

/**
 * Carries out an administrator's requests about users and their clients. Accounts are sealed and
 * opened here, where the data key is: a node that is asked learns no password. Blocks; for one
 * thread.
 */
public final class ClientAdministrator {
  /** How long a change that was written may take to be followed. */
  private static final Duration SEEN_MAX = Duration.ofSeconds(30);

  private static final Duration ASK_EVERY = Duration.ofMillis(20);

  private final AdminClient client;
  private final AdminKey key;
  private final Path credentials;
  private DataKeyRoot dataKeys;
  private final UUID clusterId;
  private final DocumentVerifier verifier;
  private final DraftReview review;
  private final SecureRandom random = new SecureRandom();

  /**
   * Reads the admin key and the data key.
   *
   * @param client for any node; stays the caller's
   * @param credentials the directory that {@code cluster init} wrote
   */
  public ClientAdministrator(AdminClient client, Path credentials) throws CredentialsException {
    this.client = client;
    this.key = AdminKey.load(credentials);
    this.credentials = credentials;
    this.dataKeys = DataKeyRoot.load(credentials);
    this.clusterId = AdminCredentials.load(credentials).identity().clusterId();
    this.verifier = new DocumentVerifier(clusterId, key.publicKey(), EpochFloor.NONE);
    this.review = new DraftReview(clusterId, key.publicKey());
  }

  /** Users by name. */
  public Map<String, UUID> users() throws AdminException, DraftException {
    Map<String, UUID> users = new java.util.TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    List<VerifiedDocument> documents = documents();
    List<DataKey> keys = keysInForce(documents);
    for (VerifiedDocument document : documents) {
      if (document.content() instanceof DocumentContent.User user) {
        UUID id = document.document().key().object();
        UserAccount account =
            UserAccount.open(id, user, keys)
                .orElseThrow(() ->
                    new DraftException("the account " + id + " was sealed under another key"));
        account.ntHash().close();
        users.putIfAbsent(account.name(), id);
      }
    }
    return users;
  }

  /**
   * What accounts may be sealed under, the newest first. Of the newest that is known nothing is
   * forgotten: a node that shows less can not have an account sealed under a key that was replaced.
   */
  private List<DataKey> keysInForce(List<VerifiedDocument> documents) throws DraftException {
    long shown = DataKeyRotation.generation(documents);
    if (shown < dataKeys.generation()) {
      throw new DraftException(
          "the node shows data key generation "
              + shown
              + ", but "
              + dataKeys.generation()
              + " is in force; ask another node");
    }
    try {
      dataKeys = dataKeys.remember(credentials, shown);
    } catch (CredentialsException e) {
      throw new DraftException(e.getMessage(), e);
    }
    return shown == DataKeyRoot.FIRST_GENERATION
        ? List.of(dataKeys.key(shown))
        : List.of(dataKeys.key(shown), dataKeys.key(shown - 1));
  }

  /**
   * Makes an account; {@code ntHash} is closed.
   *
   * @param replace changes the password of the account of that name, which keeps its grants
   */
  public void addUser(String name, SessionSecret ntHash, boolean replace)
      throws AdminException, DraftException {
    try (ntHash) {
      Map<String, UUID> users = users();
      if (users.containsKey(name) != replace) {
        throw new DraftException("there is " + (replace ? "no" : "a") + " user named " + name);
      }
      UserAccount account;
      try {
        account = new UserAccount(replace ? users.get(name) : UUID.randomUUID(), name, ntHash);
      } catch (IllegalArgumentException e) {
        throw new DraftException(e.getMessage(), e);
      }
      ObjectKey object = ObjectKey.user(account.id());
      submit(
          object,
          replace ? content(object) : Optional.empty(),
          account.seal(dataKeys.key(dataKeys.generation()), random));
    }
  }

  /** Removes an account; grants to it are good for nothing from then on. */
  public void removeUser(String name) throws AdminException, DraftException {
    ObjectKey user = ObjectKey.user(user(name));
    submit(user, content(user), new DocumentContent.Tombstone());
  }

  public Server server() throws AdminException, DraftException {
    return content(ObjectKey.server(clusterId)).map(Server.class::cast).orElse(Server.DEFAULT);
  }

  public void setServer(UnaryOperator<Server> change) throws AdminException, DraftException {
    ObjectKey server = ObjectKey.server(clusterId);
    Optional<DocumentContent> before = content(server);
    Server wanted = change.apply(before.map(Server.class::cast).orElse(Server.DEFAULT));
    submit(server, before, wanted);
  }

  /** The keytab that users' tickets are accepted with; empty if there is none. */
  public Optional<Keytab> keytab() throws AdminException, DraftException {
    List<VerifiedDocument> documents = documents();
    List<DataKey> keys = keysInForce(documents);
    Optional<DocumentContent> content = content(ObjectKey.keytab(clusterId));
    if (content.isEmpty()) {
      return Optional.empty();
    }
    byte[] opened =
        SealedKeytab.open((DocumentContent.Keytab) content.get(), clusterId, keys)
            .orElseThrow(() -> new DraftException("the keytab was sealed under another key"));
    try {
      return Optional.of(Keytab.parse(opened, "the keytab"));
    } catch (CredentialsException e) {
      throw new DraftException(e.getMessage(), e);
    } finally {
      Arrays.fill(opened, (byte) 0);
    }
  }

  /** Puts a keytab in force, sealed; or takes it away. */
  public void setKeytab(Optional<byte[]> keytab) throws AdminException, DraftException {
    ObjectKey object = ObjectKey.keytab(clusterId);
    List<VerifiedDocument> documents = documents();
    keysInForce(documents);
    Optional<DocumentContent> before = content(object);
    if (keytab.isEmpty() && before.isEmpty()) {
      throw new DraftException("there is no keytab");
    }
    DocumentContent wanted =
        keytab.isPresent()
            ? SealedKeytab.seal(
                dataKeys.key(dataKeys.generation()), clusterId, keytab.get(), random)
            : new DocumentContent.Tombstone();
    submit(object, before, wanted);
  }

  /** What users may do on a volume; names that have no account any more are left out. */
  public record ShareState(boolean encryptData, Map<String, Grant> grants) {}

  public ShareState share(String volume) throws AdminException, DraftException {
    Share share =
        content(ObjectKey.share(volume(volume))).map(Share.class::cast).orElse(Share.NONE);
    Map<String, Grant> grants = new java.util.TreeMap<>();
    for (Map.Entry<String, UUID> user : users().entrySet()) {
      Grant grant = share.grants().get(user.getValue());
      if (grant != null) {
        grants.put(user.getKey(), grant);
      }
    }
    return new ShareState(share.encryptData(), grants);
  }

  /**
   * Changes what users may do on a volume.
   *
   * @param encryptData empty to leave it
   * @param grants by user
   * @param revoked users
   */
  public void setShare(
      String volume, Optional<Boolean> encryptData, Map<String, Grant> grants, List<String> revoked)
      throws AdminException, DraftException {
    ObjectKey object = ObjectKey.share(volume(volume));
    Optional<DocumentContent> before = content(object);
    Share current = before.map(Share.class::cast).orElse(Share.NONE);
    Map<UUID, Grant> wanted = new HashMap<>(current.grants());
    for (String name : revoked) {
      wanted.remove(user(name));
    }
    for (Map.Entry<String, Grant> grant : grants.entrySet()) {
      wanted.put(user(grant.getKey()), grant.getValue());
    }
    submit(object, before, new Share(encryptData.orElse(current.encryptData()), wanted));
  }

  private UUID user(String name) throws AdminException, DraftException {
    UUID id = users().get(name);
    if (id == null) {
      throw new AdminException(AdminException.Kind.ABSENT, "there is no user named " + name);
    }
    return id;
  }

  private UUID volume(String name) throws AdminException {
    return client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class).volumes().stream()
        .filter(known -> known.name().equals(name))
        .map(known -> UUID.fromString(known.uuid()))
        .findFirst()
        .orElseThrow(() ->
            new AdminException(AdminException.Kind.ABSENT, "there is no volume named " + name));
  }

  private Optional<DocumentContent> content(ObjectKey object)
      throws AdminException, DraftException {
    return documents().stream()
        .filter(document -> document.document().key().equals(object))
        .map(VerifiedDocument::content)
        .findFirst();
  }

  /** What the node shows, as far as the administrator signed it, the oldest first. */
  private List<VerifiedDocument> documents() throws AdminException, DraftException {
    List<VerifiedDocument> documents = new ArrayList<>();
    for (Signed signed :
        client.get(DocumentRoutes.CLIENTS, Map.of(), ClientDocuments.class).documents()) {
      documents.add(ShownDocument.verify(verifier, signed));
    }
    documents.sort(
        Comparator.comparing((VerifiedDocument document) -> document.document().issuedAt()));
    return documents;
  }

  private void submit(ObjectKey object, Optional<DocumentContent> before, DocumentContent content)
      throws AdminException, DraftException {
    // What it follows is the node's to say; a deletion just can not be written without.
    Optional<DocumentDigest> predecessor = before.map(_ -> DocumentDigest.of(new byte[0]));
    byte[] template =
        DocumentCodec.encode(
            new Document(clusterId, object, 1, predecessor, Instant.EPOCH, content));
    Draft draft =
        client.post(
            DocumentRoutes.DRAFT_CLIENTS,
            Map.of(),
            new ClientsDraft(Base64.getEncoder().encodeToString(template)),
            Draft.class);
    List<Signed> signed = review.clients(draft, object, before, content, key::sign);
    client.post(DocumentRoutes.DOCUMENTS, Map.of(), new Submission(signed, false), Submitted.class);
    awaitFollowed(object, content);
  }

  /** Blocks until the node that was asked goes by what was written. */
  private void awaitFollowed(ObjectKey object, DocumentContent content)
      throws AdminException, DraftException {
    Optional<DocumentContent> wanted =
        Optional.of(content).filter(found -> !(found instanceof DocumentContent.Tombstone));
    long deadline = System.nanoTime() + SEEN_MAX.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    while (!content(object).equals(wanted)) {
      try {
        if (System.nanoTime() > deadline
            || never.await(ASK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new AdminException(
              AdminException.Kind.UNAVAILABLE, "the change is signed, but not followed yet");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AdminException(AdminException.Kind.UNAVAILABLE, "interrupted", e);
      }
    }
  }
}
