package org.sealane.cluster.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;

/** One run: turns under load, with the seed's faults; then without faults, until all is done. */
final class TurnSimulation {
  /** Far more than any run needs: a cluster that goes in circles reaches it. */
  private static final long STEPS_MAX = 600_000;

  private static final long FAULTS_NANOS_MAX = VirtualTime.millis(90_000);
  private static final long NANOS_MAX = VirtualTime.millis(240_000);
  private static final int TURNS = 4;

  /** After this long without faults, a node that can not follow any more is enrolled anew. */
  private static final long REENROL_NANOS = VirtualTime.millis(20_000);

  private static final List<List<CipherId>> CIPHERS =
      List.of(
          List.of(CipherId.AES_128_GCM),
          List.of(CipherId.AES_256_GCM),
          List.of(CipherId.AES_256_GCM, CipherId.AES_128_GCM),
          List.of(CipherId.AES_256_CCM));

  /** What a run that held every invariant came to. */
  record Outcome(int commits, long accepted, long lanes, long steps, long virtualNanos) {}

  private final long seed;
  private final VirtualTime time;
  private final Dials dials;
  private final SimulatedCluster cluster;
  private final ObjectKey key;
  private final List<DocumentContent.Policy> wanted = new ArrayList<>();
  private final Set<SimulatedAdministrator> asking = new HashSet<>();
  private boolean lifted;
  private long liftedAt;

  TurnSimulation(long seed, Dials dials) {
    this(seed, dials, Optional.empty());
  }

  TurnSimulation(long seed, Dials dials, Optional<Sabotage> sabotage) {
    this.seed = seed;
    this.time = new VirtualTime(seed);
    this.dials = dials;
    this.cluster = new SimulatedCluster(time, dials, sabotage);
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

  private DocumentContent.Policy policy(Level csv, Level sbl) {
    DocumentContent.Policy standard = DocumentContent.Policy.DEFAULT;
    boolean others = time.chance(dials.algorithms);
    return new DocumentContent.Policy(
        csv,
        sbl,
        others ? CIPHERS.get(time.pick(CIPHERS.size())) : standard.ciphers(),
        standard.signing(),
        others
            ? TransportPreference.values()[time.pick(TransportPreference.values().length)]
            : standard.transport(),
        standard.rekey());
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
    return new Outcome(
        invariants.commits(), invariants.accepted(), invariants.moves(), time.steps(), time.now());
  }

  private void begin() {
    for (String node : SimulatedCluster.NODES) {
      time.after(time.between(0, VirtualTime.millis(500)), () -> cluster.start(node, false));
    }
    cluster.administrators().forEach(each -> each.connection().start());
    every(300, cluster::elect);
    every(60, this::load);
    cluster.administrators().forEach(each -> every(700, () -> administrate(each)));
    every(1500, this::repair);
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
        cluster.lanes().request(client, server, LaneKind.values()[time.pick(2)]);
      }
    }
  }

  private void administrate(SimulatedAdministrator who) {
    if (!lifted && (wanted.isEmpty() && !isTurning() || time.now() > FAULTS_NANOS_MAX)) {
      time.note("faults are lifted");
      lifted = true;
      liftedAt = time.now();
      dials.lift();
    }
    boolean second = who != cluster.administrators().getFirst();
    if (asking.contains(who)
        || wanted.isEmpty()
        || !who.connection().isConnected()
        || second && !time.chance(dials.secondAdministrator)) {
      return;
    }
    boolean supersede = time.chance(dials.supersede);
    if (isTurning() && !supersede) {
      return;
    }
    asking.add(who);
    DocumentContent.Policy policy = wanted.getFirst();
    who.turnTo(
        key,
        policy,
        supersede,
        pending -> {
          asking.remove(who);
          if (pending) {
            wanted.remove(policy);
          }
        });
  }

  /** What an administrator does after ZooKeeper was restored from a backup. */
  private void repair() {
    SimulatedAdministrator first = cluster.administrators().getFirst();
    if (!cluster.invariants().wasTakenBack() || !first.connection().isConnected()) {
      return;
    }
    List<SimulatedProcess> processes = cluster.processes();
    if (cluster.invariants().isTakenBack()) {
      processes.forEach(process -> first.reassert(key, process));
    } else if (lifted && time.now() - liftedAt > REENROL_NANOS) {
      // What led from what it knows to what is in force is lost with the backup's time.
      processes.stream().filter(process -> !isSettled(process)).forEach(cluster::enrolAnew);
    }
  }

  private boolean isTurning() {
    return cluster.invariants().stored().flatMap(DocumentSlot::turn).isPresent();
  }

  /** All turns are over, and every node knows and is back in full. */
  private boolean isDone() {
    return lifted
        && wanted.isEmpty()
        && asking.isEmpty()
        && !isTurning()
        && !cluster.invariants().isTakenBack()
        && cluster.processes().size() == SimulatedCluster.NODES.size()
        && cluster.processes().stream().allMatch(this::isSettled);
  }

  private boolean isSettled(SimulatedProcess process) {
    return !process.logic().isSealed()
        && process.slot(key).map(VerifiedSlot::unverified).equals(cluster.invariants().stored());
  }

  private String state() {
    StringBuilder text = new StringBuilder("lifted=" + lifted + " wanted=" + wanted.size());
    text.append(" slot=").append(cluster.invariants().stored());
    for (SimulatedProcess process : cluster.processes()) {
      text.append('\n').append(process.id()).append(' ').append(process.logic().phase());
      text.append(" sealed=").append(process.logic().isSealed());
      text.append(" waiting=").append(process.logic().waiting());
      text.append(" knows=").append(process.slot(key));
    }
    return text.toString();
  }
}
