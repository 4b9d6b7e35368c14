package org.sealane.cluster.member;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.member.ClusterView.ClientsView;
import org.sealane.cluster.member.ClusterView.DiskView;
import org.sealane.cluster.member.ClusterView.NodeState;
import org.sealane.cluster.member.ClusterView.NodeView;
import org.sealane.cluster.member.ClusterView.TurnView;
import org.sealane.cluster.member.ClusterView.VolumeView;
import org.sealane.cluster.ownership.OwnerState;

/** Makes the view that others see out of what a member follows and observes. Not thread-safe. */
final class ViewBuilder {
  private final MemberIdentity identity;
  private final DocumentFollower documents;
  private final Observed observed;
  private final OwnershipDriver ownership;
  private long revision;
  private Optional<ClusterView> last = Optional.empty();

  ViewBuilder(
      MemberIdentity identity,
      DocumentFollower documents,
      Observed observed,
      OwnershipDriver ownership) {
    this.identity = identity;
    this.documents = documents;
    this.observed = observed;
    this.ownership = ownership;
  }

  /** The view, if it differs from the one given last. */
  Optional<ClusterView> changed(MemberPhase phase, boolean sealed) {
    ClusterView view = build(phase, sealed, revision);
    if (last.isPresent() && last.get().equals(view)) {
      return Optional.empty();
    }
    revision++;
    last = Optional.of(build(phase, sealed, revision));
    return last;
  }

  private ClusterView build(MemberPhase phase, boolean sealed, long number) {
    return new ClusterView(
        identity.clusterId(),
        identity.paths().cluster(),
        identity.node(),
        phase,
        sealed,
        nodes(),
        volumes(),
        disks(),
        documents
            .slot(ObjectKey.defaultPolicy(identity.clusterId()))
            .flatMap(VerifiedSlot::living)
            .map(content -> (DocumentContent.Policy) content)
            .orElse(DocumentContent.Policy.DEFAULT),
        clients(),
        number);
  }

  private ClientsView clients() {
    Map<UUID, DocumentContent.User> users = new LinkedHashMap<>();
    for (VerifiedSlot slot : living(DocumentKind.USER)) {
      users.put(slot.key().object(), (DocumentContent.User) slot.living().orElseThrow());
    }
    Map<UUID, DocumentContent.Share> shares = new LinkedHashMap<>();
    for (VerifiedSlot slot : living(DocumentKind.SHARE)) {
      shares.put(slot.key().object(), (DocumentContent.Share) slot.living().orElseThrow());
    }
    return new ClientsView(
        users,
        shares,
        documents
            .slot(ObjectKey.server(identity.clusterId()))
            .flatMap(VerifiedSlot::living)
            .map(content -> (DocumentContent.Server) content)
            .orElse(DocumentContent.Server.DEFAULT),
        documents
            .slot(ObjectKey.keytab(identity.clusterId()))
            .flatMap(VerifiedSlot::living)
            .map(content -> (DocumentContent.Keytab) content),
        documents
            .slot(ObjectKey.dataKey(identity.clusterId()))
            .flatMap(VerifiedSlot::living)
            .map(content -> (DocumentContent.DataKeyCopies) content));
  }

  private List<NodeView> nodes() {
    List<NodeView> nodes = new ArrayList<>();
    for (VerifiedSlot slot : living(DocumentKind.NODE)) {
      DocumentContent.Node node = (DocumentContent.Node) slot.living().orElseThrow();
      Optional<Registration> here = Optional.ofNullable(observed.members().get(node.name()));
      NodeState state =
          node.revoked() ? NodeState.REVOKED : here.isPresent() ? NodeState.LIVE : NodeState.ABSENT;
      nodes.add(
          new NodeView(
              node.name(),
              state,
              node.publicKey(),
              here.map(Registration::endpoints),
              here.map(r -> OptionalLong.of(r.member().session())).orElse(OptionalLong.empty())));
    }
    nodes.sort(Comparator.comparing(NodeView::name));
    return nodes;
  }

  private List<VolumeView> volumes() {
    List<VolumeView> volumes = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (VerifiedSlot slot : living(DocumentKind.VOLUME)) {
      DocumentContent.Volume content = (DocumentContent.Volume) slot.living().orElseThrow();
      // Of two volumes created under one name at the same moment, the first in the store counts.
      if (names.add(content.name())) {
        volumes.add(volume(slot.key().object(), content));
      }
    }
    volumes.sort(Comparator.comparing(VolumeView::name));
    return volumes;
  }

  private VolumeView volume(UUID uuid, DocumentContent.Volume content) {
    Optional<VerifiedSlot> policySlot = documents.slot(ObjectKey.policy(uuid));
    Optional<DocumentContent.Policy> policy =
        policySlot.flatMap(VerifiedSlot::living).map(document -> (DocumentContent.Policy) document);
    Optional<TurnView> turn =
        policySlot
            .flatMap(VerifiedSlot::turn)
            .map(t ->
                new TurnView(t.epoch(), t.step(), (DocumentContent.Policy) t.document().content()));
    OwnerState state = ownership.state(uuid);
    Optional<String> owner = Optional.empty();
    OptionalLong ownerEpoch = OptionalLong.empty();
    Observed.Owner announced = observed.owners().get(uuid);
    if (state.isServing()) {
      owner = Optional.of(identity.node());
      ownerEpoch = OptionalLong.of(state.ownerEpoch());
    } else if (announced != null
        && announced.member().isPresent()
        && content.candidates().contains(announced.member().get().node())) {
      owner = Optional.of(announced.member().get().node());
      ownerEpoch = OptionalLong.of(announced.stat().czxid());
    }
    return new VolumeView(
        uuid,
        content.name(),
        content.candidates(),
        content.paths(),
        owner,
        ownerEpoch,
        state.isServing(),
        ownership.waitsFor(uuid),
        policy,
        policy.isPresent()
            ? policySlot.flatMap(VerifiedSlot::committed).map(VerifiedDocument::epoch).orElse(0L)
            : 0,
        turn);
  }

  private List<DiskView> disks() {
    List<DiskView> disks = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (VerifiedSlot slot : living(DocumentKind.DISK)) {
      DocumentContent.Disk disk = (DocumentContent.Disk) slot.living().orElseThrow();
      if (names.add(disk.name())) {
        disks.add(
            new DiskView(
                slot.key().object(),
                disk.name(),
                disk.node(),
                disk.path(),
                disk.sizeBytes(),
                disk.volume()));
      }
    }
    disks.sort(Comparator.comparing(DiskView::name));
    return disks;
  }

  private List<VerifiedSlot> living(DocumentKind kind) {
    return documents.slots().values().stream()
        .filter(slot -> slot.key().kind() == kind && slot.living().isPresent())
        .sorted(
            Comparator.comparingLong((VerifiedSlot slot) -> documents.createdAt(slot.key()))
                .thenComparing(slot -> slot.key().object()))
        .toList();
  }
}
