package org.sealane.cluster.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRules;
import org.sealane.smb.lane.Level;

/** Requests and responses between processes, each at the level of its sender's rule. */
final class SimulatedLanes {
  private record Ends(SimulatedProcess client, SimulatedProcess server) {}

  /** One lane: what it has under way can be cut off. */
  static final class Lane {
    final SimulatedProcess client;
    final SimulatedProcess server;
    final long openedZxid;
    private final Set<LaneRules.Pass> clientPasses = new HashSet<>();
    private final Set<LaneRules.Pass> serverPasses = new HashSet<>();
    private boolean cut;

    Lane(SimulatedProcess client, SimulatedProcess server, long openedZxid) {
      this.client = client;
      this.server = server;
      this.openedZxid = openedZxid;
    }

    boolean joins(SimulatedProcess one, SimulatedProcess other) {
      return (client == one && server == other) || (client == other && server == one);
    }

    private void release(boolean ofClient) {
      Set<LaneRules.Pass> passes = ofClient ? clientPasses : serverPasses;
      List.copyOf(passes).forEach(LaneRules.Pass::close);
      passes.clear();
    }
  }

  private final VirtualTime time;
  private final Invariants invariants;
  private final Map<Ends, Lane> lanes = new LinkedHashMap<>();
  private final SimulatedZooKeeper zookeeper;

  SimulatedLanes(VirtualTime time, SimulatedZooKeeper zookeeper, Invariants invariants) {
    this.time = time;
    this.zookeeper = zookeeper;
    this.invariants = invariants;
  }

  List<Lane> open() {
    return List.copyOf(lanes.values());
  }

  /** One request, its response, and their passes. */
  private final class Exchange {
    private final Lane lane;
    private final UUID volume;
    private final LaneKind kind;
    private final LaneRules.Pass clientPass;
    private LaneRules.Pass serverPass;
    private Level level;

    Exchange(Lane lane, UUID volume, LaneKind kind) {
      this.lane = lane;
      this.volume = volume;
      this.kind = kind;
      clientPass = lane.client.rules().enter(volume, kind);
      lane.clientPasses.add(clientPass);
      then(lane.client, VirtualTime.millis(5), this::post);
    }

    /** Goes on at {@code where} if the lane is still there, once that process runs. */
    private void then(SimulatedProcess where, long nanosMax, Runnable next) {
      time.after(
          time.between(10_000, nanosMax),
          () -> {
            if (lane.cut || where.isEnded()) {
              return;
            }
            if (where.isRunning()) {
              next.run();
            } else {
              then(where, VirtualTime.millis(10), next);
            }
          });
    }

    private void post() {
      level = Level.strongest(clientPass.level(), lane.client.rules().sendLevel(volume, kind));
      invariants.sends(lane.client, volume, kind, level);
      then(lane.server, VirtualTime.millis(40), this::arrive);
    }

    private void arrive() {
      if (!invariants.accepts(lane.server, lane.client, volume, kind, level)) {
        clientPass.close();
        lane.clientPasses.remove(clientPass);
        return;
      }
      serverPass = lane.server.rules().enter(volume, kind);
      lane.serverPasses.add(serverPass);
      then(lane.server, VirtualTime.millis(15), this::respond);
    }

    private void respond() {
      Level least = Level.strongest(level, lane.server.rules().sendLevel(volume, kind));
      level = Level.strongest(least, serverPass.level());
      invariants.sends(lane.server, volume, kind, level);
      serverPass.close();
      lane.serverPasses.remove(serverPass);
      then(lane.client, VirtualTime.millis(40), this::consume);
    }

    private void consume() {
      invariants.accepts(lane.client, lane.server, volume, kind, level);
      clientPass.close();
      lane.clientPasses.remove(clientPass);
    }
  }

  void request(SimulatedProcess client, SimulatedProcess server, UUID volume, LaneKind kind) {
    if (client.isRunning() && server.isRunning() && server.wasLive() && client.wasLive()) {
      Lane lane =
          lanes.computeIfAbsent(
              new Ends(client, server), _ -> new Lane(client, server, zookeeper.zxid()));
      new Exchange(lane, volume, kind);
    }
  }

  /** Cuts every lane of {@code self} with processes of {@code node}. */
  void cut(SimulatedProcess self, String node) {
    for (Lane lane : open()) {
      if (lane.client == self && lane.server.id().node().equals(node)
          || lane.server == self && lane.client.id().node().equals(node)) {
        cut(lane, self);
      }
    }
  }

  private void cut(Lane lane, SimulatedProcess self) {
    time.note("%s cuts its lane %s > %s", self.id(), lane.client.id(), lane.server.id());
    lane.cut = true;
    lanes.values().remove(lane);
    lane.release(lane.client == self);
    // The other end learns of it from the network.
    time.after(
        time.between(VirtualTime.millis(1), VirtualTime.millis(50)),
        () -> {
          lane.release(true);
          lane.release(false);
        });
  }

  /** The process closes its lanes in order. */
  void closeAll(SimulatedProcess process) {
    of(process).forEach(lane -> cut(lane, process));
  }

  /** The process is gone; its peers hear of it soon, or not at all if its host is gone too. */
  void ended(SimulatedProcess process) {
    boolean heard = time.chance(0.5);
    for (Lane lane : of(process)) {
      if (heard) {
        time.after(
            time.between(VirtualTime.millis(1), VirtualTime.millis(500)),
            () -> {
              if (!lane.cut) {
                cut(lane, lane.client == process ? lane.server : lane.client);
              }
            });
      }
    }
  }

  private List<Lane> of(SimulatedProcess process) {
    List<Lane> found = new ArrayList<>();
    for (Lane lane : lanes.values()) {
      if (lane.client == process || lane.server == process) {
        found.add(lane);
      }
    }
    return found;
  }
}
