package org.sealane.cluster.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.Level;

/** One run: turns under load, with the seed's faults; then without faults, until all is done. */
final class TurnSimulation {
  /** Far more than any run needs: a cluster that goes in circles reaches it. */
  private static final long STEPS_MAX = 400_000;

  private static final long FAULTS_NANOS_MAX = VirtualTime.millis(90_000);
  private static final long NANOS_MAX = VirtualTime.millis(240_000);
  private static final int TURNS = 4;

  /** What a run that held every invariant came to. */
  record Outcome(int commits, long accepted, long steps, long virtualNanos) {}

  private final long seed;
  private final VirtualTime time;
  private final Dials dials;
  private final SimulatedCluster cluster;
  private final ObjectKey key;
  private final List<DocumentContent.Policy> wanted = new ArrayList<>();
  private boolean asking;
  private boolean lifted;

  TurnSimulation(long seed, Dials dials) {
    this.seed = seed;
    this.time = new VirtualTime(seed);
    this.dials = dials;
    this.cluster = new SimulatedCluster(time, dials);
    this.key = ObjectKey.policy(cluster.volume());
    Level[] levels = Level.values();
    // The first two make each pair of levels come up once in nine seeds.
    int pair = (int) Math.floorMod(seed, 9L);
    wanted.add(policy(levels[pair / 3], levels[pair % 3]));
    wanted.add(policy(levels[pair % 3], levels[pair / 3]));
    while (wanted.size() < TURNS) {
      wanted.add(policy(levels[time.pick(3)], levels[time.pick(3)]));
    }
  }

  private static DocumentContent.Policy policy(Level csv, Level sbl) {
    DocumentContent.Policy standard = DocumentContent.Policy.DEFAULT;
    return new DocumentContent.Policy(
        csv, sbl, standard.ciphers(), standard.signing(), standard.transport(), standard.rekey());
  }

  /** Runs to the end; an invariant that does not hold ends it with the last events. */
  Outcome run() {
    try {
      begin();
      while (!isDone()) {
        if (!time.step()) {
          throw new AssertionError("nothing happens any more");
        }
        cluster.invariants().afterEvent();
        if (time.steps() > STEPS_MAX || time.now() > NANOS_MAX) {
          throw new AssertionError("no end in sight: " + state());
        }
      }
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "seed " + seed + ": " + e + "\nthe last events:\n" + time.recorded(), e);
    }
    Invariants invariants = cluster.invariants();
    return new Outcome(invariants.commits(), invariants.accepted(), time.steps(), time.now());
  }

  private void begin() {
    for (String node : SimulatedCluster.NODES) {
      time.after(time.between(0, VirtualTime.millis(500)), () -> cluster.start(node, false));
    }
    cluster.administrator().connection().start();
    every(300, cluster::elect);
    every(40, this::load);
    every(700, this::administrate);
    new Faults(time, dials, cluster, () -> lifted).begin();
  }

  private void every(long millis, Runnable work) {
    time.after(
        time.between(VirtualTime.millis(millis) / 2, VirtualTime.millis(millis) * 3 / 2),
        () -> {
          work.run();
          every(millis, work);
        });
  }

  private void load() {
    List<SimulatedProcess> processes = cluster.processes();
    for (SimulatedProcess client : processes) {
      SimulatedProcess server = processes.get(time.pick(processes.size()));
      if (server != client) {
        LaneKind kind = LaneKind.values()[time.pick(2)];
        cluster.lanes().request(client, server, cluster.volume(), kind);
      }
    }
  }

  private void administrate() {
    if (!lifted && (wanted.isEmpty() && !isTurning() || time.now() > FAULTS_NANOS_MAX)) {
      time.note("faults are lifted");
      lifted = true;
      dials.lift();
    }
    if (asking || wanted.isEmpty() || !cluster.administrator().connection().isConnected()) {
      return;
    }
    boolean supersede = time.chance(dials.supersede);
    if (isTurning() && !supersede) {
      return;
    }
    asking = true;
    cluster
        .administrator()
        .turnTo(
            key,
            wanted.getFirst(),
            supersede,
            pending -> {
              asking = false;
              if (pending) {
                wanted.removeFirst();
              }
            });
  }

  private boolean isTurning() {
    return cluster.invariants().slot(key).flatMap(DocumentSlot::turn).isPresent();
  }

  /** All turns are over, and every node knows and is back in full. */
  private boolean isDone() {
    if (!lifted || !wanted.isEmpty() || asking || isTurning()) {
      return false;
    }
    Optional<SignedDocument> committed =
        cluster.invariants().slot(key).flatMap(DocumentSlot::committed);
    List<SimulatedProcess> processes = cluster.processes();
    return committed.isPresent()
        && processes.size() == SimulatedCluster.NODES.size()
        && processes.stream()
            .allMatch(process ->
                !process.logic().isSealed()
                    && process
                        .slot(key)
                        .filter(slot -> slot.turn().isEmpty())
                        .flatMap(VerifiedSlot::committed)
                        .map(VerifiedDocument::signed)
                        .equals(committed));
  }

  private String state() {
    StringBuilder text = new StringBuilder("lifted=" + lifted + " wanted=" + wanted.size());
    text.append(" slot=").append(cluster.invariants().slot(key));
    for (SimulatedProcess process : cluster.processes()) {
      text.append('\n').append(process.id()).append(' ').append(process.logic().phase());
      text.append(" sealed=").append(process.logic().isSealed());
      text.append(" waiting=").append(process.logic().waiting());
      text.append(" knows=").append(process.slot(key));
    }
    return text.toString();
  }
}
