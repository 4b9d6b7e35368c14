package org.sealane.cluster.simulation;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Draws what goes wrong, and puts everything right again in the end. */
final class Faults {
  private final VirtualTime time;
  private final Dials dials;
  private final SimulatedCluster cluster;
  private final BooleanSupplier lifted;
  private Optional<SimulatedZooKeeper.Snapshot> backup = Optional.empty();
  private boolean restored;

  Faults(VirtualTime time, Dials dials, SimulatedCluster cluster, BooleanSupplier lifted) {
    this.time = time;
    this.dials = dials;
    this.cluster = cluster;
    this.lifted = lifted;
  }

  void begin() {
    time.after(VirtualTime.millis(3000), this::draw);
  }

  private void draw() {
    for (String node : SimulatedCluster.NODES) {
      cluster.process(node).ifPresent(this::trouble);
    }
    if (!cluster.zookeeper().isAway() && time.chance(dials.away)) {
      zookeeperAway();
    }
    if (dials.restore > 0) {
      restore();
    }
    if (!lifted.getAsBoolean()) {
      time.after(VirtualTime.millis(500), this::draw);
    }
  }

  private void trouble(SimulatedProcess process) {
    String node = process.id().node();
    if (time.chance(dials.breakOff)) {
      process.connection().breakOff(until(14_000));
    }
    if (time.chance(dials.silence)) {
      process.connection().silence(time.chance(0.5), until(12_000));
    }
    if (time.chance(dials.linkBreak)) {
      String other = SimulatedCluster.NODES.get(time.pick(SimulatedCluster.NODES.size()));
      long nanos = until(8_000);
      cluster.lanes().block(node, other, nanos);
      if (time.chance(0.5)) {
        cluster.lanes().block(other, node, nanos);
      }
    }
    if (process.isRunning() && time.chance(dials.pause)) {
      process.stop(true);
      time.after(until(25_000), process::resume);
    }
    if (process.isRunning() && time.chance(dials.threadPause)) {
      process.stop(false);
      time.after(until(15_000), process::resume);
    }
    if (time.chance(dials.death)) {
      process.die();
      // What ZooKeeper and the node have both lost, nobody can tell it.
      boolean forget = time.chance(dials.forget) && !cluster.invariants().isTakenBack();
      time.after(until(20_000), () -> cluster.start(node, forget));
    } else if (process.isRunning() && time.chance(dials.leave)) {
      process.leave();
      awaitLeft(process);
    }
  }

  private void awaitLeft(SimulatedProcess process) {
    long wait = until(5_000);
    time.after(
        wait,
        () -> {
          // One that gets no answer from ZooKeeper ends all the same.
          if (!process.isEnded()) {
            process.resume();
            process.die();
          }
          cluster.start(process.id().node(), false);
        });
  }

  private void zookeeperAway() {
    time.note("zookeeper goes away");
    cluster.zookeeper().goAway();
    List<SimulatedProcess> processes = cluster.processes();
    processes.forEach(process -> process.connection().breakOff(until(500)));
    cluster.administrators().forEach(each -> each.connection().breakOff(until(500)));
    time.after(
        until(20_000),
        () -> {
          time.note("zookeeper comes back");
          cluster.zookeeper().comeBack();
        });
  }

  /** Backups are taken now and then; once in a run the last one is put back. */
  private void restore() {
    if (!cluster.zookeeper().isAway() && time.chance(0.1)) {
      backup = Optional.of(cluster.zookeeper().snapshot());
    }
    if (!restored && backup.isPresent() && time.chance(dials.restore)) {
      restored = true;
      time.note("zookeeper is restored from a backup");
      cluster.zookeeper().restore(backup.get());
      cluster.processes().forEach(process -> process.connection().breakOff(until(500)));
      cluster.administrators().forEach(each -> each.connection().breakOff(until(500)));
    }
  }

  private long until(long millis) {
    return time.between(VirtualTime.millis(5), VirtualTime.millis(millis));
  }
}
