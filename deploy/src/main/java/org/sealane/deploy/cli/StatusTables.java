package org.sealane.deploy.cli;

import java.util.stream.Collectors;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.ByteSize;

/** A status for people. Empty parts are left out. */
final class StatusTables {
  private static final String AWAY =
      "ZooKeeper does not answer: lanes send only encrypted, nothing can be changed; nodes and"
          + " owners are as they were last";

  private StatusTables() {}

  static String render(ClusterStatus status) {
    StringBuilder text = new StringBuilder();
    text.append("cluster ").append(status.cluster());
    text.append(", zookeeper ").append(status.zookeeper()).append("\n\n");
    if (Boolean.FALSE.equals(status.following())) {
      text.append(AWAY).append("\n\n");
    }
    text.append(nodes(status));
    if (!status.volumes().isEmpty()) {
      text.append('\n').append(volumes(status));
    }
    if (!status.disks().isEmpty()) {
      text.append('\n').append(disks(status));
    }
    if (!status.lanes().isEmpty()) {
      text.append('\n').append(lanes(status));
    }
    return text.toString();
  }

  static String nodes(ClusterStatus status) {
    Table table = new Table("NODE", "STATE", "LANE", "ADMIN", "TRANSPORTS", "PID", "CERT EXPIRES");
    for (ClusterStatus.Node node : status.nodes()) {
      table.row(
          node.name(),
          node.state(),
          address(node.lane()),
          address(node.admin()),
          node.transports() == null ? null : String.join(",", node.transports()),
          node.pid(),
          node.certificateExpires() == null
              ? null
              : node.certificateExpires().toString().substring(0, 10));
    }
    return table.render();
  }

  private static String address(ClusterStatus.Address address) {
    return address == null ? null : address.host() + ":" + address.port();
  }

  static String volumes(ClusterStatus status) {
    Table table =
        new Table("VOLUME", "OWNER", "CANDIDATES", "EPOCH", "CSV", "SBL", "TURN", "WAITS", "UUID");
    for (ClusterStatus.Volume volume : status.volumes()) {
      table.row(
          volume.name(),
          volume.owner(),
          String.join(",", volume.candidates()),
          volume.epoch(),
          volume.csv(),
          volume.sbl(),
          turn(volume.turn()),
          waits(volume),
          volume.uuid());
    }
    return table.render();
  }

  private static String waits(ClusterStatus.Volume volume) {
    return volume.waitsFor().isEmpty()
        ? null
        : volume.waitsFor().entrySet().stream()
            .map(wait -> wait.getKey() + ": " + wait.getValue())
            .collect(Collectors.joining("; "));
  }

  private static String turn(ClusterStatus.Turn turn) {
    return turn == null
        ? null
        : "to %d (csv %s, sbl %s): %s".formatted(turn.epoch(), turn.csv(), turn.sbl(), turn.step());
  }

  static String disks(ClusterStatus status) {
    Table table = new Table("DISK", "NODE", "SIZE", "VOLUME");
    for (ClusterStatus.Disk disk : status.disks()) {
      table.row(disk.name(), disk.node(), ByteSize.exact(disk.sizeBytes()), disk.volume());
    }
    return table.render();
  }

  private static String lanes(ClusterStatus status) {
    Table table =
        new Table(
            "LANE", "VOLUME", "KIND", "VIA", "LEVEL", "CIPHER", "EPOCH", "SEALED", "SIGNED",
            "CLEAR");
    for (ClusterStatus.Lane lane : status.lanes()) {
      table.row(
          lane.from() + ">" + lane.to(),
          lane.volume(),
          lane.kind(),
          lane.transport() + ":" + lane.provider(),
          lane.level(),
          lane.cipher(),
          lane.epoch(),
          ByteSize.rounded(lane.sealedBytes()),
          ByteSize.rounded(lane.signedBytes()),
          ByteSize.rounded(lane.clearBytes()));
    }
    return table.render();
  }
}
