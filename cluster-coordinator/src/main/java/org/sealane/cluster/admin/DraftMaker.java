package org.sealane.cluster.admin;

import java.security.PublicKey;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.sealane.cluster.admin.AdminException.Kind;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.member.ClusterMember;
import org.sealane.cluster.member.ClusterView;
import org.sealane.cluster.member.ClusterView.DiskView;
import org.sealane.cluster.member.ClusterView.NodeState;
import org.sealane.cluster.member.ClusterView.VolumeView;
import org.sealane.cluster.member.Registration;
import org.sealane.cluster.store.StoreResult;

/** Writes the documents that carry out an administrator's request. Blocks on the store. */
final class DraftMaker {
  private final ClusterMember member;
  private final StoreClient store;
  private final DocumentWriter writer;
  private final InstantSource clock;

  DraftMaker(ClusterMember member, StoreClient store, DocumentWriter writer, InstantSource clock) {
    this.member = member;
    this.store = store;
    this.writer = writer;
    this.clock = clock;
  }

  Draft policy(VolumeView volume, PolicyChange change) throws AdminException {
    DocumentContent.Policy current = volume.policy().orElse(DocumentContent.Policy.DEFAULT);
    return new Draft(List.of(successor(ObjectKey.policy(volume.uuid()), apply(change, current))));
  }

  Draft defaultPolicy(PolicyChange change) throws AdminException {
    ClusterView view = member.view();
    return new Draft(
        List.of(
            successor(
                ObjectKey.defaultPolicy(view.clusterId()), apply(change, view.defaultPolicy()))));
  }

  private static DocumentContent.Policy apply(PolicyChange change, DocumentContent.Policy current)
      throws AdminException {
    try {
      return change.applyTo(current);
    } catch (IllegalArgumentException e) {
      throw new AdminException(Kind.INVALID, e.getMessage());
    }
  }

  /** The volume's policy, copied from the template, then the volume. */
  Draft volume(UUID uuid, DocumentContent.Volume volume) throws AdminException {
    ClusterView view = member.view();
    if (view.volume(volume.name()).isPresent()) {
      throw new AdminException(Kind.EXISTS, "there is a volume named " + volume.name());
    }
    for (String node : volume.candidates()) {
      requireEnrolled(view, node);
    }
    return new Draft(
        List.of(
            successor(ObjectKey.policy(uuid), view.defaultPolicy()),
            successor(ObjectKey.volume(uuid), volume)));
  }

  /** The same volume with {@code node} named first. Refused where nobody could follow it. */
  Draft volumeMove(VolumeView volume, String node) throws AdminException {
    ObjectKey key = ObjectKey.volume(volume.uuid());
    DocumentContent.Volume content =
        Optional.ofNullable(member.slots().get(key))
            .flatMap(VerifiedSlot::living)
            .map(living -> (DocumentContent.Volume) living)
            .orElseThrow(() ->
                new AdminException(Kind.NOT_FOUND, "there is no volume named " + volume.name()));
    if (!content.candidates().contains(node)) {
      throw new AdminException(
          Kind.INVALID,
          "node "
              + node
              + " is no owner candidate of volume "
              + volume.name()
              + "; its candidates are "
              + String.join(", ", content.candidates()));
    }
    boolean live =
        member.view().node(node).filter(found -> found.state() == NodeState.LIVE).isPresent();
    if (!live) {
      throw new AdminException(Kind.INVALID, "node " + node + " is not live; see 'sealane status'");
    }
    return new Draft(List.of(successor(key, content.movedTo(node))));
  }

  /** Tombstones of the volume, then of its policy. */
  Draft volumeDeletion(VolumeView volume) throws AdminException {
    Optional<DiskView> disk =
        member.view().disks().stream().filter(d -> d.volume().equals(volume.uuid())).findFirst();
    if (disk.isPresent()) {
      throw new AdminException(
          Kind.INVALID,
          "volume " + volume.name() + " has disk " + disk.get().name() + "; remove it first");
    }
    return new Draft(
        List.of(
            successor(ObjectKey.volume(volume.uuid()), new DocumentContent.Tombstone()),
            successor(ObjectKey.policy(volume.uuid()), new DocumentContent.Tombstone())));
  }

  Draft disk(UUID uuid, DocumentContent.Disk disk) throws AdminException {
    ClusterView view = member.view();
    if (view.disk(disk.name()).isPresent()) {
      throw new AdminException(Kind.EXISTS, "there is a disk named " + disk.name());
    }
    if (view.volume(disk.volume()).isEmpty()) {
      throw new AdminException(Kind.NOT_FOUND, "there is no volume " + disk.volume());
    }
    requireEnrolled(view, disk.node());
    return new Draft(List.of(successor(ObjectKey.disk(uuid), disk)));
  }

  Draft diskRemoval(DiskView disk) throws AdminException {
    return new Draft(
        List.of(successor(ObjectKey.disk(disk.uuid()), new DocumentContent.Tombstone())));
  }

  Draft enrolment(String node, PublicKey publicKey, boolean revoked) throws AdminException {
    ObjectKey key = ObjectKey.node(member.view().clusterId(), node);
    DocumentContent.Node content;
    try {
      content = new DocumentContent.Node(node, Ed25519.base64(publicKey), revoked);
    } catch (IllegalArgumentException e) {
      throw new AdminException(Kind.INVALID, e.getMessage());
    }
    return new Draft(List.of(successor(key, content)));
  }

  Draft clients(ObjectKey key, DocumentContent content) throws AdminException {
    return switch (key.kind()) {
      case USER, SHARE, SERVER, KEYTAB -> new Draft(List.of(successor(key, content)));
      case POLICY, DEFAULT_POLICY, VOLUME, DISK, NODE, DATA_KEY ->
          throw new AdminException(Kind.INVALID, key + " is not about clients");
    };
  }

  /** The same enrolment, barred. */
  Draft revocation(String node) throws AdminException {
    ObjectKey key = ObjectKey.node(member.view().clusterId(), node);
    Optional<DocumentContent.Node> enrolled =
        Optional.ofNullable(member.slots().get(key))
            .flatMap(VerifiedSlot::living)
            .map(content -> (DocumentContent.Node) content);
    if (enrolled.isEmpty()) {
      throw new AdminException(Kind.NOT_FOUND, "there is no node " + node);
    }
    return new Draft(
        List.of(successor(key, new DocumentContent.Node(node, enrolled.get().publicKey(), true))));
  }

  private static void requireEnrolled(ClusterView view, String node) throws AdminException {
    boolean enrolled =
        view.node(node).filter(found -> found.state() != NodeState.REVOKED).isPresent();
    if (!enrolled) {
      throw new AdminException(Kind.NOT_FOUND, "there is no node " + node);
    }
  }

  /** The next document of {@code key}: above every epoch that any node knows of. */
  private Document successor(ObjectKey key, DocumentContent content) throws AdminException {
    Optional<DocumentSlot> slot = writer.stored(key).map(DocumentWriter.Stored::slot);
    long highest = 0;
    Optional<DocumentDigest> predecessor = Optional.empty();
    if (slot.isPresent()) {
      if (slot.get().committed().isPresent()) {
        SignedDocument committed = slot.get().committed().get();
        predecessor = Optional.of(committed.digest());
        highest = writer.check(committed).epoch();
      }
      if (slot.get().turn().isPresent()) {
        highest = Math.max(highest, writer.check(slot.get().turn().get().document()).epoch());
      }
    }
    VerifiedSlot followed = member.slots().get(key);
    long remembered =
        Math.max(followed == null ? 0 : followed.highestEpoch(), highestReported(key));
    boolean takenBack =
        followed != null && (slot.isEmpty() || member.verifier().isTakenBack(followed, slot.get()));
    if (takenBack || remembered > highest) {
      throw new AdminException(
          Kind.CONFLICT,
          key
              + " in ZooKeeper is not what nodes remember (epoch "
              + remembered
              + "), as after a restore from a backup; 'sealane policy reassert VOLUME' puts it"
              + " back");
    }
    return new Document(
        member.view().clusterId(),
        key,
        highest + 1,
        predecessor,
        clock.instant().truncatedTo(ChronoUnit.MILLIS),
        content);
  }

  /** What nodes remember of an object beyond what ZooKeeper has. */
  private long highestReported(ObjectKey key) throws AdminException {
    long highest = 0;
    UUID clusterId = member.view().clusterId();
    for (String node : store.children(member.paths().nodes())) {
      Optional<PublicKey> nodeKey =
          Optional.ofNullable(member.slots().get(ObjectKey.node(clusterId, node)))
              .flatMap(VerifiedSlot::living)
              .flatMap(content -> Ed25519.publicKey(((DocumentContent.Node) content).publicKey()));
      Optional<StoreResult.Value> value = store.read(member.paths().node(node));
      if (nodeKey.isPresent() && value.isPresent()) {
        try {
          highest =
              Math.max(
                  highest,
                  Registration.decode(value.get().data(), clusterId, node, nodeKey.get())
                      .ahead(key)
                      .orElse(0L));
        } catch (MalformedJsonException e) {
          // Not that node's word.
          continue;
        }
      }
    }
    return highest;
  }

  /** What a document says, for whoever is about to sign it. */
  static Document decode(byte[] payload) throws AdminException {
    try {
      return DocumentCodec.decode(payload);
    } catch (MalformedJsonException e) {
      throw new AdminException(Kind.REFUSED, "not a document: " + e.getMessage());
    }
  }

  static Map<String, String> paths(List<String> candidates, String path) {
    return candidates.stream().distinct().collect(Collectors.toMap(node -> node, _ -> path));
  }
}
