package org.sealane.cluster.simulation;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.sealane.smb.lane.LaneKind;

/** The lanes between processes, and the network that carries them. */
final class SimulatedLanes {
  /** What a lane sends clear or signed is delivered within this, or the lane is given up. */
  static final long DELIVERY_NANOS_MAX = SimulatedCluster.TIMEOUT_NANOS / 4;

  private record Ends(SimulatedProcess client, SimulatedProcess server, LaneKind kind) {}

  private record Link(String from, String to) {}

  private final SimulatedCluster cluster;
  private final VirtualTime time;
  private final Map<Ends, SimulatedLane> lanes = new LinkedHashMap<>();
  private final Map<Link, Long> blockedUntil = new HashMap<>();

  SimulatedLanes(SimulatedCluster cluster) {
    this.cluster = cluster;
    this.time = cluster.time();
  }

  VirtualTime time() {
    return time;
  }

  Invariants invariants() {
    return cluster.invariants();
  }

  UUID volume() {
    return cluster.volume();
  }

  long moment() {
    return cluster.zookeeper().moment();
  }

  /** Whether the lanes of {@code client} never move. */
  boolean staysPut(SimulatedProcess client) {
    return cluster.does(Sabotage.NEVER_MOVES_LANES)
        && client.id().node().equals(SimulatedCluster.NODES.getFirst());
  }

  List<SimulatedLane> open() {
    return List.copyOf(lanes.values());
  }

  /** Nothing of {@code from} reaches {@code to} for a while. */
  void block(String from, String to, long nanos) {
    if (!from.equals(to)) {
      time.note("nothing of %s reaches %s", from, to);
      blockedUntil.merge(new Link(from, to), time.now() + nanos, Math::max);
    }
  }

  long blockedNanos(String from, String to) {
    return Math.max(0, blockedUntil.getOrDefault(new Link(from, to), 0L) - time.now());
  }

  long travelNanos() {
    return cluster.dials().travel(time);
  }

  /** Now and then a process is stopped between its last check and the system call. */
  boolean stopsAtSend(SimulatedProcess process) {
    if (!time.chance(cluster.dials().pauseAtSend)) {
      return false;
    }
    process.stop(true);
    time.after(time.between(VirtualTime.millis(5), VirtualTime.millis(25_000)), process::resume);
    return true;
  }

  void request(SimulatedProcess client, SimulatedProcess server, LaneKind kind) {
    boolean stays = !client.isLeaving() && !server.isLeaving();
    if (client.isRunning() && server.isRunning() && server.wasLive() && client.wasLive() && stays) {
      lanes
          .computeIfAbsent(
              new Ends(client, server, kind), _ -> new SimulatedLane(this, client, server, kind))
          .request();
    }
  }

  /** Cuts every lane of {@code self} with processes of {@code node}. */
  void cut(SimulatedProcess self, String node) {
    for (SimulatedLane lane : open()) {
      if (lane.isBetween(self, node)) {
        cut(lane, self);
      }
    }
  }

  void cut(SimulatedLane lane, SimulatedProcess self) {
    time.note("%s cuts its %s", self.id(), lane);
    lanes.values().remove(lane);
    lane.cutOff(self);
  }

  /** The process closes its lanes in order. */
  void closeAll(SimulatedProcess process) {
    of(process).forEach(lane -> cut(lane, process));
  }

  /** The process is gone; its peers hear of it soon, or not at all if its host is gone too. */
  void ended(SimulatedProcess process) {
    boolean heard = time.chance(0.5);
    for (SimulatedLane lane : of(process)) {
      if (heard) {
        time.after(
            time.between(VirtualTime.millis(1), VirtualTime.millis(500)),
            () -> {
              if (lanes.containsValue(lane)) {
                cut(lane, lane.client == process ? lane.server : lane.client);
              }
            });
      }
    }
  }

  private List<SimulatedLane> of(SimulatedProcess process) {
    return lanes.values().stream().filter(lane -> lane.joins(process)).toList();
  }
}
