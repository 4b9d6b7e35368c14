package org.sealane.deploy.draft;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.sealane.cluster.admin.SharedBacking;
import org.sealane.cluster.document.DocumentSigner;
import org.sealane.cluster.identity.AdminCredentials;
import org.sealane.cluster.identity.AdminKey;
import org.sealane.cluster.ownership.BackingException;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.DocumentMessages;
import org.sealane.deploy.admin.DocumentMessages.DeletionDraft;
import org.sealane.deploy.admin.DocumentMessages.DiskDraft;
import org.sealane.deploy.admin.DocumentMessages.Draft;
import org.sealane.deploy.admin.DocumentMessages.MoveDraft;
import org.sealane.deploy.admin.DocumentMessages.PolicyDraft;
import org.sealane.deploy.admin.DocumentMessages.Signed;
import org.sealane.deploy.admin.DocumentMessages.Submission;
import org.sealane.deploy.admin.DocumentMessages.Submitted;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.admin.DocumentMessages.VolumeDraft;
import org.sealane.deploy.admin.DocumentRoutes;
import org.sealane.deploy.admin.PolicyMessages;
import org.sealane.deploy.admin.StorageRoutes;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.smb.auth.CredentialsException;

/**
 * Carries out an administrator's requests: has a node draft, reviews, signs with the admin key,
 * submits. Blocks. Any thread may call.
 */
public final class Administrator {
  /** How long a change that was written may take to be followed. */
  private static final Duration SEEN_MAX = Duration.ofSeconds(30);

  private static final Duration ASK_EVERY = Duration.ofMillis(50);

  /** How a client for another node's admin port is made; the caller closes it. */
  @FunctionalInterface
  public interface NodeClients {
    AdminClient to(String node) throws AdminException;
  }

  private final AdminClient client;
  private final NodeClients nodes;
  private final DocumentSigner signer;
  private final DraftReview review;

  /**
   * Reads the admin key.
   *
   * @param client for any node; stays the caller's
   * @param credentials the directory that {@code cluster init} wrote
   */
  public Administrator(AdminClient client, NodeClients nodes, Path credentials)
      throws CredentialsException {
    AdminKey key = AdminKey.load(credentials);
    this.client = client;
    this.nodes = nodes;
    this.signer = key::sign;
    this.review =
        new DraftReview(AdminCredentials.load(credentials).identity().clusterId(), key.publicKey());
  }

  /** Changes a policy; {@code supersede} replaces a turn in its first step. Gives the epoch. */
  public long setPolicy(PolicyDraft wanted, boolean supersede)
      throws AdminException, DraftException {
    Draft draft = client.post(DocumentRoutes.DRAFT_POLICY, Map.of(), wanted, Draft.class);
    List<Signed> signed = review.policy(draft, PolicyMessages.change(wanted), signer);
    return submit(signed, supersede).documents().getLast().epoch();
  }

  /**
   * Waits until the turn of {@code volume} to {@code epoch} is over or {@code limit} is; says how
   * far it is then.
   */
  public Turn awaitTurn(String volume, long epoch, Duration limit) throws AdminException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      long left = Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
      Turn turn =
          client.get(
              DocumentRoutes.TURN,
              Map.of(
                  "volume", volume,
                  "epoch", Long.toString(epoch),
                  "waitMillis", Long.toString(left)),
              Turn.class);
      if (left == 0 || !turn.state().equals("running")) {
        return turn;
      }
    }
  }

  /** Creates a volume with one owner candidate, in a directory that is there. */
  public void createVolume(String name, String owner, String path)
      throws AdminException, DraftException {
    createVolume(name, List.of(owner), path, false);
  }

  /**
   * Creates a volume in a directory that is there. On return it is owned by one of {@code owners}
   * and its first policy is in force on every node.
   *
   * @param owners the candidates; the first is the one meant
   * @param sharedBacking whether {@code path} is one directory on all of them, which is proven
   */
  public void createVolume(String name, List<String> owners, String path, boolean sharedBacking)
      throws AdminException, DraftException {
    UUID uuid = UUID.randomUUID();
    Draft draft =
        client.post(
            DocumentRoutes.DRAFT_VOLUME,
            Map.of(),
            new VolumeDraft(uuid.toString(), name, owners, path, sharedBacking),
            Draft.class);
    List<Signed> signed = review.volume(draft, uuid, name, owners, path, sharedBacking, signer);
    try {
      new SharedBacking(new NodeBackings(nodes), owners, path, uuid).make();
    } catch (BackingException e) {
      throw new AdminException(AdminException.Kind.INVALID, e.getMessage(), e);
    }
    submit(signed, false);
    await(
        status ->
            status.volumes().stream()
                .anyMatch(volume -> volume.name().equals(name) && volume.hasSettled()),
        "volume " + name + " is signed, but its owner does not serve it yet; see 'sealane status'");
  }

  /** Has a volume move to another of its owner candidates. On return that one owns it. */
  public void moveVolume(String name, String to) throws AdminException, DraftException {
    Draft draft =
        client.post(
            DocumentRoutes.DRAFT_VOLUME_MOVE, Map.of(), new MoveDraft(name, to), Draft.class);
    submit(review.move(draft, name, to, signer), false);
    await(
        status ->
            status.volumes().stream()
                .anyMatch(volume ->
                    volume.name().equals(name)
                        && to.equals(volume.owner())
                        && volume.waitsFor().isEmpty()),
        "the move of volume "
            + name
            + " to "
            + to
            + " is signed, but not done yet; 'sealane volume show "
            + name
            + "' says what it waits for");
  }

  /** Deletes a volume from the cluster; its files stay. */
  public void deleteVolume(String name) throws AdminException, DraftException {
    delete(DocumentRoutes.DRAFT_VOLUME_DELETION, name);
    await(
        status -> status.volumes().stream().noneMatch(volume -> volume.name().equals(name)),
        "the deletion of volume " + name + " is signed, but not followed yet");
  }

  /**
   * Adds a disk of {@code node}. Gives its size.
   *
   * @param sizeBytes null for that of what is there; else a missing file is made of that size
   */
  public long addDisk(String name, String node, String path, Long sizeBytes, String volume)
      throws AdminException, DraftException {
    UUID volumeUuid =
        client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class).volumes().stream()
            .filter(known -> known.name().equals(volume))
            .map(known -> UUID.fromString(known.uuid()))
            .findFirst()
            .orElseThrow(() ->
                new AdminException(
                    AdminException.Kind.ABSENT, "there is no volume named " + volume));
    long size;
    try (AdminClient atNode = nodes.to(node)) {
      size =
          atNode
              .post(
                  StorageRoutes.DISK_FILE,
                  Map.of(),
                  new DocumentMessages.DiskFile(path, sizeBytes),
                  DocumentMessages.DiskSize.class)
              .sizeBytes();
    }
    Draft draft =
        client.post(
            DocumentRoutes.DRAFT_DISK,
            Map.of(),
            new DiskDraft(name, node, path, size, volume),
            Draft.class);
    submit(review.disk(draft, name, node, path, size, volumeUuid, signer), false);
    await(
        status -> status.disks().stream().anyMatch(disk -> disk.name().equals(name)),
        "disk " + name + " is signed, but not shown yet; see 'sealane status'");
    return size;
  }

  /** Removes a disk from the cluster; its file stays. */
  public void removeDisk(String name) throws AdminException, DraftException {
    delete(DocumentRoutes.DRAFT_DISK_REMOVAL, name);
    await(
        status -> status.disks().stream().noneMatch(disk -> disk.name().equals(name)),
        "the removal of disk " + name + " is signed, but not followed yet");
  }

  private void delete(String route, String name) throws AdminException, DraftException {
    Draft draft = client.post(route, Map.of(), new DeletionDraft(name), Draft.class);
    submit(review.deletion(draft, name, signer), false);
  }

  /** Blocks until the cluster looks as wanted; fails with {@code otherwise} if that takes long. */
  private void await(Predicate<ClusterStatus> wanted, String otherwise) throws AdminException {
    long deadline = System.nanoTime() + SEEN_MAX.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    while (!wanted.test(client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class))) {
      try {
        if (System.nanoTime() > deadline
            || never.await(ASK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new AdminException(AdminException.Kind.UNAVAILABLE, otherwise);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AdminException(AdminException.Kind.UNAVAILABLE, "interrupted", e);
      }
    }
  }

  private Submitted submit(List<Signed> signed, boolean supersede) throws AdminException {
    return client.post(
        DocumentRoutes.DOCUMENTS, Map.of(), new Submission(signed, supersede), Submitted.class);
  }
}
