package org.sealane.deploy.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.sealane.cluster.document.DocumentContent.Policy;
import org.sealane.cluster.member.ClusterView;
import org.sealane.cluster.member.ClusterView.NodeView;
import org.sealane.cluster.member.ClusterView.VolumeView;
import org.sealane.cluster.member.HostPort;
import org.sealane.cluster.member.MemberPhase;
import org.sealane.cluster.member.NodeEndpoints;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.status.NodeStatus;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;

/** Turns what a node knows into what {@code status} shows. Stateless. */
final class StatusReport {
  private StatusReport() {}

  /**
   * @param nodes what nodes that answered tell of themselves
   */
  static ClusterStatus of(ClusterView view, String zookeeper, List<NodeStatus> nodes) {
    List<ClusterStatus.Lane> sorted = new ArrayList<>();
    nodes.forEach(node -> sorted.addAll(node.lanes()));
    sorted.sort(
        Comparator.comparing(ClusterStatus.Lane::from)
            .thenComparing(ClusterStatus.Lane::to)
            .thenComparing(ClusterStatus.Lane::volume)
            .thenComparing(ClusterStatus.Lane::kind));
    return new ClusterStatus(
        view.cluster(),
        zookeeper,
        view.connection() == MemberPhase.LIVE,
        view.nodes().stream().map(StatusReport::node).toList(),
        view.volumes().stream().map(volume -> volume(volume, nodes)).toList(),
        view.disks().stream()
            .map(disk ->
                new ClusterStatus.Disk(
                    disk.name(), disk.node(), disk.sizeBytes(), volumeName(view, disk.volume())))
            .toList(),
        sorted);
  }

  private static ClusterStatus.Node node(NodeView node) {
    Optional<NodeEndpoints> at = node.endpoints();
    return new ClusterStatus.Node(
        node.name(),
        node.state().name().toLowerCase(Locale.ROOT),
        at.map(endpoints -> address(endpoints.lane())).orElse(null),
        at.map(endpoints -> address(endpoints.smb())).orElse(null),
        at.map(endpoints -> address(endpoints.admin())).orElse(null),
        at.flatMap(NodeEndpoints::metrics).orElse(null),
        at.map(NodeEndpoints::transports).orElse(null),
        at.map(NodeEndpoints::pid).orElse(null),
        at.map(NodeEndpoints::certificateExpires).orElse(null));
  }

  private static ClusterStatus.Address address(HostPort at) {
    return new ClusterStatus.Address(at.host(), at.port());
  }

  private static ClusterStatus.Volume volume(VolumeView volume, List<NodeStatus> nodes) {
    Map<String, String> waitsFor = new TreeMap<>();
    for (NodeStatus node : nodes) {
      Optional.ofNullable(node.waitsFor().get(volume.name()))
          .ifPresent(why -> waitsFor.put(node.name(), why));
    }
    return new ClusterStatus.Volume(
        volume.name(),
        volume.uuid().toString(),
        volume.owner().orElse(null),
        volume.epoch(),
        level(volume.policy(), LaneKind.CSV),
        level(volume.policy(), LaneKind.SBL),
        volume
            .turn()
            .map(turn ->
                new ClusterStatus.Turn(
                    turn.epoch(),
                    turn.step().word(),
                    turn.to().csv().word(),
                    turn.to().sbl().word()))
            .orElse(null),
        volume.candidates(),
        waitsFor);
  }

  /** Where no valid policy is known, the level is encrypt. */
  private static String level(Optional<Policy> policy, LaneKind kind) {
    return policy.map(known -> known.level(kind)).orElse(Level.ENCRYPT).word();
  }

  /** A lane of the node {@code self}, with names as {@code view} has them. */
  static ClusterStatus.Lane lane(String self, LaneStatus lane, Optional<ClusterView> view) {
    return new ClusterStatus.Lane(
        self,
        lane.key().peer(),
        view.map(known -> volumeName(known, lane.key().volume()))
            .orElse(lane.key().volume().toString()),
        lane.key().kind().word(),
        lane.transport(),
        lane.provider(),
        lane.level().word(),
        lane.cipher().word(),
        lane.level() == Level.SIGN ? lane.signing().word() : null,
        lane.dialect(),
        lane.keyAgreement(),
        lane.epoch(),
        lane.payload().sealed(),
        lane.payload().signed(),
        lane.payload().clear(),
        lane.rekeys());
  }

  private static String volumeName(ClusterView view, UUID volume) {
    return view.volume(volume).map(VolumeView::name).orElse(volume.toString());
  }
}
