package org.sealane.cluster.admin;

import java.security.PublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sealane.cluster.admin.AdminException.Kind;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.DocumentSigner;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.member.ClusterMember;
import org.sealane.cluster.member.ClusterView;
import org.sealane.cluster.member.ClusterView.DiskView;
import org.sealane.cluster.member.ClusterView.VolumeView;
import org.sealane.cluster.ownership.BackingException;

/**
 * An administrator's requests, carried out by one member for whoever asks it. The admin key is
 * never here unless the caller brings it: {@code prepare...} makes a {@link Draft}, its payloads
 * are signed wherever the key is, {@link #submit} takes them. Where a {@link DocumentSigner} is at
 * hand the other methods do both.
 *
 * <p>Calls block on ZooKeeper, each request for some seconds at most. Any thread but {@code
 * cluster}; no state of its own.
 */
public final class ClusterAdmin {
  private final ClusterMember member;
  private final StoreClient store;
  private final DocumentWriter writer;
  private final DraftMaker drafts;

  public ClusterAdmin(ClusterMember member, InstantSource clock) {
    this.member = member;
    this.store = new StoreClient(member.store());
    this.writer = new DocumentWriter(store, member.paths(), member.verifier());
    this.drafts = new DraftMaker(member, store, writer, clock);
  }

  /** A policy as {@code policy show} has it. */
  public record PolicyState(
      Optional<VolumeView> volume, DocumentContent.Policy policy, long epoch) {}

  /** A document that was written; of a policy, its turn has begun. */
  public record Submitted(ObjectKey key, long epoch) {}

  /** The policy of a volume. */
  public PolicyState policyShow(String volume) throws AdminException {
    VolumeView found = volume(volume);
    return new PolicyState(
        Optional.of(found), found.policy().orElse(DocumentContent.Policy.DEFAULT), found.epoch());
  }

  /** The template for new volumes. */
  public PolicyState defaultPolicyShow() {
    ClusterView view = member.view();
    VerifiedSlot slot = member.slots().get(ObjectKey.defaultPolicy(view.clusterId()));
    return new PolicyState(
        Optional.empty(), view.defaultPolicy(), slot == null ? 0 : slot.highestEpoch());
  }

  public Draft preparePolicy(String volume, PolicyChange change) throws AdminException {
    return drafts.policy(volume(volume), change);
  }

  public Draft prepareDefaultPolicy(PolicyChange change) throws AdminException {
    return drafts.defaultPolicy(change);
  }

  /** Begins a turn of a volume's policy. {@code supersede} replaces one in its first step. */
  public Submitted policySet(
      String volume, PolicyChange change, boolean supersede, DocumentSigner signer)
      throws AdminException {
    return submit(preparePolicy(volume, change).sign(signer), supersede).getLast();
  }

  public Submitted defaultPolicySet(PolicyChange change, DocumentSigner signer)
      throws AdminException {
    return submit(prepareDefaultPolicy(change).sign(signer), false).getLast();
  }

  /**
   * Puts back what this node remembers where ZooKeeper has less, as after it was restored from a
   * backup: the volume's policy with a turn under way, the volume, its grants and disks, and what
   * is the whole cluster's. Nothing is signed anew: only what the administrator signed before, and
   * what every node judges as always, is written. Other nodes may remember more: each is asked.
   *
   * @return one a document that this node remembers, the volume's policy first
   */
  public List<Reasserted> policyReassert(String volume) throws AdminException {
    UUID uuid = volume(volume).uuid();
    List<VerifiedSlot> remembered =
        member.slots().values().stream()
            .filter(slot -> isOfClusterOr(uuid, slot))
            .sorted(Comparator.comparing(slot -> slot.key().kind()))
            .toList();
    List<Reasserted> reasserted = new ArrayList<>();
    for (VerifiedSlot slot : remembered) {
      reasserted.add(new Reasserted(slot.key(), slot.highestEpoch(), writer.reassert(slot)));
    }
    return reasserted;
  }

  private static boolean isOfClusterOr(UUID volume, VerifiedSlot slot) {
    return switch (slot.key().kind()) {
      case POLICY, VOLUME, SHARE -> slot.key().object().equals(volume);
      // A disk's tombstone does not say which volume it was of.
      case DISK ->
          slot.living()
              .map(content -> ((DocumentContent.Disk) content).volume().equals(volume))
              .orElse(true);
      case DEFAULT_POLICY, NODE, USER, SERVER, KEYTAB, DATA_KEY -> true;
    };
  }

  /** All epochs of a volume's policy, oldest first. */
  public List<TurnReport> policyHistory(String volume) throws AdminException {
    return reader().history(member.view(), volume(volume).uuid());
  }

  /** How far the turn to {@code epoch} is. */
  public TurnReport turn(UUID volume, long epoch) throws AdminException {
    return reader().report(member.view(), volume, epoch);
  }

  /**
   * Waits until the turn to {@code epoch} is complete.
   *
   * @throws AdminException of kind TIMEOUT, naming who is missing, while the turn goes on; of kind
   *     CONFLICT if it was superseded
   */
  public TurnReport awaitTurn(UUID volume, long epoch, Duration timeout) throws AdminException {
    try {
      member
          .await(view -> isOver(view, volume, epoch))
          .toCompletableFuture()
          .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      TurnReport report = turn(volume, epoch);
      throw new AdminException(
          Kind.TIMEOUT,
          "the turn to epoch "
              + epoch
              + " goes on in step "
              + report.step().map(step -> step.word()).orElse("accept")
              + "; missing: "
              + missing(volume, report));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdminException(Kind.UNAVAILABLE, "interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiting for a view never fails", e);
    }
    TurnReport report = turn(volume, epoch);
    if (report.state() == TurnReport.State.VOID) {
      throw new AdminException(
          Kind.CONFLICT, "epoch " + epoch + " was superseded before it was in force");
    }
    return report;
  }

  /** Over: enforced by all, or void since a later epoch is pending or in force. */
  private static boolean isOver(ClusterView view, UUID volume, long epoch) {
    Optional<VolumeView> found = view.volume(volume);
    if (found.isEmpty()) {
      return false;
    }
    boolean pending = found.get().turn().filter(turn -> turn.epoch() <= epoch).isPresent();
    boolean later = found.get().turn().filter(turn -> turn.epoch() > epoch).isPresent();
    return later || (!pending && found.get().epoch() >= epoch);
  }

  private String missing(UUID volume, TurnReport report) {
    List<String> names = new ArrayList<>(report.missing());
    Optional.ofNullable(member.waiting().get(volume))
        .ifPresent(waits -> waits.forEach(wait -> names.add(wait.toString())));
    return names.isEmpty()
        ? "the coordinator"
        : String.join(", ", names.stream().distinct().toList());
  }

  /**
   * Documents of a new volume.
   *
   * @param uuid drawn by the caller, who has the backing's marker made under it before submitting
   * @param sharedBacking whether {@code path} is the same directory on each candidate, which the
   *     caller has proven before submitting; needed if there are several
   */
  public Draft prepareVolume(
      UUID uuid, String name, List<String> candidates, String path, boolean sharedBacking)
      throws AdminException {
    DocumentContent.Volume content;
    try {
      content =
          new DocumentContent.Volume(
              name, candidates, DraftMaker.paths(candidates, path), sharedBacking);
    } catch (IllegalArgumentException e) {
      throw new AdminException(Kind.INVALID, e.getMessage());
    }
    return drafts.volume(uuid, content);
  }

  /** Creates a volume: the marker first, then its policy and the volume. */
  public Submitted volumeCreate(
      String name,
      List<String> candidates,
      String path,
      BackingPreparer backing,
      DocumentSigner signer)
      throws AdminException {
    return volumeCreate(name, candidates, path, false, backing, signer);
  }

  /** The same, with several candidates if {@code sharedBacking}. */
  public Submitted volumeCreate(
      String name,
      List<String> candidates,
      String path,
      boolean sharedBacking,
      BackingPreparer backing,
      DocumentSigner signer)
      throws AdminException {
    UUID uuid = UUID.randomUUID();
    Draft draft = prepareVolume(uuid, name, candidates, path, sharedBacking);
    try {
      new SharedBacking(backing, candidates, path, uuid).make();
    } catch (BackingException e) {
      throw new AdminException(Kind.INVALID, e.getMessage());
    }
    return submit(draft.sign(signer), false).getLast();
  }

  /** The document that has the volume move to {@code node}: that one is named first from now on. */
  public Draft prepareVolumeMove(String name, String node) throws AdminException {
    return drafts.volumeMove(volume(name), node);
  }

  /** Has a volume move to another of its candidates, which then takes it over. */
  public Submitted volumeMove(String name, String node, DocumentSigner signer)
      throws AdminException {
    return submit(prepareVolumeMove(name, node).sign(signer), false).getLast();
  }

  public List<VolumeView> volumeList() {
    return member.view().volumes();
  }

  public Draft prepareVolumeDeletion(String name) throws AdminException {
    return drafts.volumeDeletion(volume(name));
  }

  /** Deletes a volume from the cluster; its files stay where they are. */
  public void volumeDelete(String name, DocumentSigner signer) throws AdminException {
    submit(prepareVolumeDeletion(name).sign(signer), false);
  }

  /** Documents of a new disk. Whether the path holds that many bytes is for its node to see. */
  public Draft prepareDisk(
      UUID uuid, String name, String node, String path, long sizeBytes, String volume)
      throws AdminException {
    DocumentContent.Disk content;
    try {
      content = new DocumentContent.Disk(name, node, path, sizeBytes, volume(volume).uuid());
    } catch (IllegalArgumentException e) {
      throw new AdminException(Kind.INVALID, e.getMessage());
    }
    return drafts.disk(uuid, content);
  }

  public Submitted diskAdd(
      String name, String node, String path, long sizeBytes, String volume, DocumentSigner signer)
      throws AdminException {
    Draft draft = prepareDisk(UUID.randomUUID(), name, node, path, sizeBytes, volume);
    return submit(draft.sign(signer), false).getLast();
  }

  public List<DiskView> diskList() {
    return member.view().disks();
  }

  public Draft prepareDiskRemoval(String name) throws AdminException {
    return drafts.diskRemoval(disk(name));
  }

  public void diskRemove(String name, DocumentSigner signer) throws AdminException {
    submit(prepareDiskRemoval(name).sign(signer), false);
  }

  public Draft prepareEnrolment(String node, PublicKey publicKey) throws AdminException {
    return drafts.enrolment(node, publicKey, false);
  }

  public Submitted nodeEnroll(String node, PublicKey publicKey, DocumentSigner signer)
      throws AdminException {
    return submit(prepareEnrolment(node, publicKey).sign(signer), false).getLast();
  }

  /** The next document about a user, a share or the server; what it says is the caller's. */
  public Draft prepareClients(ObjectKey key, DocumentContent content) throws AdminException {
    return drafts.clients(key, content);
  }

  public Draft prepareRevocation(String node) throws AdminException {
    return drafts.revocation(node);
  }

  public Submitted nodeRevoke(String node, DocumentSigner signer) throws AdminException {
    return submit(prepareRevocation(node).sign(signer), false).getLast();
  }

  /** What a payload says; whoever signs looks at this first. */
  public static Document decode(byte[] payload) throws AdminException {
    return DraftMaker.decode(payload);
  }

  /**
   * Writes signed documents in their order. On failure those before it stay written, which leaves
   * at most a policy without a volume, or a volume already deleted.
   */
  public List<Submitted> submit(List<SignedDocument> documents, boolean supersede)
      throws AdminException {
    List<VerifiedDocument> verified = new ArrayList<>();
    for (SignedDocument document : documents) {
      verified.add(writer.check(document));
    }
    List<Submitted> submitted = new ArrayList<>();
    for (VerifiedDocument document : verified) {
      requireNameFree(document);
      try {
        writer.write(document, supersede);
      } catch (AdminException e) {
        throw e.kind() == Kind.TURN_RUNNING ? turnRunning(document, e) : e;
      }
      submitted.add(new Submitted(document.document().key(), document.epoch()));
    }
    return submitted;
  }

  private void requireNameFree(VerifiedDocument document) throws AdminException {
    UUID object = document.document().key().object();
    ClusterView view = member.view();
    boolean taken =
        switch (document.content()) {
          case DocumentContent.Volume volume ->
              view.volume(volume.name()).filter(v -> !v.uuid().equals(object)).isPresent();
          case DocumentContent.Disk disk ->
              view.disk(disk.name()).filter(d -> !d.uuid().equals(object)).isPresent();
          case DocumentContent.Policy _,
              DocumentContent.Node _,
              DocumentContent.User _,
              DocumentContent.Share _,
              DocumentContent.Server _,
              DocumentContent.Keytab _,
              DocumentContent.DataKeyCopies _,
              DocumentContent.Tombstone _ ->
              false;
        };
    if (taken) {
      throw new AdminException(Kind.EXISTS, "the name is taken: " + document.content());
    }
  }

  /** Says which turn is in the way and whom it waits for. */
  private AdminException turnRunning(VerifiedDocument document, AdminException e)
      throws AdminException {
    if (document.document().key().kind() != DocumentKind.POLICY) {
      return e;
    }
    UUID volume = document.document().key().object();
    Optional<DocumentSlot.Turn> turn =
        writer
            .stored(document.document().key())
            .map(DocumentWriter.Stored::slot)
            .flatMap(DocumentSlot::turn);
    if (turn.isEmpty()) {
      return e;
    }
    long epoch = writer.check(turn.get().document()).epoch();
    TurnReport report = turn(volume, epoch);
    return new AdminException(
        Kind.TURN_RUNNING,
        e.getMessage() + " (epoch " + epoch + ", missing: " + missing(volume, report) + ")");
  }

  private VolumeView volume(String name) throws AdminException {
    return member
        .view()
        .volume(name)
        .orElseThrow(() -> new AdminException(Kind.NOT_FOUND, "there is no volume named " + name));
  }

  private DiskView disk(String name) throws AdminException {
    return member
        .view()
        .disk(name)
        .orElseThrow(() -> new AdminException(Kind.NOT_FOUND, "there is no disk named " + name));
  }

  private TurnReader reader() {
    return new TurnReader(store, member.paths(), member.verifier(), member.slots());
  }
}
