package org.sealane.deploy.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.DocumentMessages.PolicyDraft;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.bench.BenchLanes;
import org.sealane.deploy.bench.BenchMatrix;
import org.sealane.deploy.bench.BenchResult;
import org.sealane.deploy.bench.BenchSession;
import org.sealane.deploy.bench.Load;
import org.sealane.deploy.draft.DraftException;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;

/**
 * The demo's acts, in order, on a running cluster of three nodes without volumes. Each says what it
 * does and fails with a {@link DemoFailure} if what it shows does not hold. For one thread.
 */
public final class Demo {
  private static final String CLEAR_VOLUME = "v1";
  private static final String SEALED_VOLUME = "v2";
  private static final String BENCH = "bench";
  private static final long DISK_BYTES = 256L << 20;
  private static final Duration TURN_MAX = Duration.ofSeconds(20);

  private final DemoCluster cluster;
  private final Consumer<String> says;

  /**
   * @param says hears each line of the demo
   */
  public Demo(DemoCluster cluster, Consumer<String> says) {
    this.cluster = cluster;
    this.says = says;
  }

  /** Plays all acts and returns what they showed. */
  public DemoResult play()
      throws AdminException, IOException, InterruptedException, DemoFailure, DraftException {
    volumes();
    List<DemoFiles.Compared> compared = files();
    DemoTurns.Turned turned = turns();
    List<DemoWire.Look> looks = wire();
    BenchResult bench = bench();
    return new DemoResult(cluster.status(), compared, turned, looks, bench);
  }

  private void volumes() throws AdminException, DraftException, IOException, InterruptedException {
    act("Two volumes with different owners, and a disk each");
    volume(CLEAR_VOLUME, "node1", "clear");
    volume(SEALED_VOLUME, "node2", "encrypt");
    cluster.addDisk("d1", "node2", DISK_BYTES, CLEAR_VOLUME);
    cluster.addDisk("d2", "node3", DISK_BYTES, SEALED_VOLUME);
    for (ClusterStatus.Volume volume : cluster.status().volumes()) {
      says.accept(
          "  %s: owner %s, epoch %d, csv %s, sbl %s"
              .formatted(
                  volume.name(), volume.owner(), volume.epoch(), volume.csv(), volume.sbl()));
    }
  }

  private void volume(String name, String owner, String level)
      throws AdminException, DraftException, IOException, InterruptedException {
    cluster.createVolume(name, owner);
    if (!level.equals("encrypt")) {
      PolicyDraft wanted = new PolicyDraft(name, level, level, null, null, null, null, null);
      long epoch = cluster.administrator().setPolicy(wanted, false);
      cluster.administrator().awaitTurn(name, epoch, TURN_MAX);
    }
  }

  private List<DemoFiles.Compared> files() throws AdminException, IOException, DemoFailure {
    act(
        "The running JDK's own files, written through a node that does not own the volume, read"
            + " back through a third");
    DemoFiles files = new DemoFiles(cluster);
    List<DemoFiles.Compared> compared = new ArrayList<>();
    for (Path file : DemoFiles.jdkFiles()) {
      compared.add(say(files.copy(file, CLEAR_VOLUME, "node3", "node2")));
      compared.add(say(files.copy(file, SEALED_VOLUME, "node3", "node1")));
    }
    act("Blocks on a disk of another node");
    compared.add(say(files.blocks("d1", "node1", "node3")));
    compared.add(say(files.blocks("d2", "node1", "node2")));
    return compared;
  }

  private DemoFiles.Compared say(DemoFiles.Compared compared) {
    says.accept(
        "  %-24s %12d bytes, in by %s, out by %s, SHA-256 %s… equal"
            .formatted(
                compared.what(),
                compared.bytes(),
                compared.writtenThrough(),
                compared.readThrough(),
                compared.sha256().substring(0, 16)));
    return compared;
  }

  private DemoTurns.Turned turns() throws AdminException, InterruptedException, DemoFailure {
    act("Volume v1 turned clear -> encrypt -> sign -> clear while files and blocks are written");
    DemoTurns.Turned turned =
        new DemoTurns(cluster)
            .turn(CLEAR_VOLUME, "node3", "d1", "node1", List.of("encrypt", "sign", "clear"));
    for (Turn turn : turned.turns()) {
      says.accept(
          "  epoch %d, %s -> %s, in %d ms"
              .formatted(turn.epoch(), turn.from().csv(), turn.to().csv(), turn.elapsedMillis()));
      turn.nodes()
          .forEach(node ->
              says.accept(
                  "    %s accepted %s, drained %s, enforced %s"
                      .formatted(
                          node.node(), node.acceptedAt(), node.drainedAt(), node.enforcedAt())));
    }
    for (DemoTurns.Ran load : turned.loads()) {
      says.accept(
          "  %s meanwhile: %d operations, %.2f GB/s, longest %.1f ms, failed %d"
              .formatted(
                  load.what(),
                  load.measured().operations(),
                  load.measured().bytesPerSecond() / 1e9,
                  load.measured().latencyMicros().max() / 1e3,
                  load.measured().failed()));
    }
    return turned;
  }

  private List<DemoWire.Look> wire() throws AdminException, IOException, DemoFailure {
    act("A look at our own bytes on the wire, through a relay in the lane's path");
    DemoWire wire = new DemoWire(cluster);
    List<DemoWire.Look> looks =
        List.of(wire.look(CLEAR_VOLUME, "node3"), wire.look(SEALED_VOLUME, "node3"));
    for (DemoWire.Look look : looks) {
      DemoWire.judge(look);
      says.accept(
          "  %s (%s): %d bytes passed, %d sealed and %d plain frames, canary seen in clear %d times"
              .formatted(
                  look.volume(),
                  look.level(),
                  look.seen().bytes(),
                  look.seen().sealedFrames(),
                  look.seen().plainFrames(),
                  look.seen().canaries()));
    }
    return looks;
  }

  private BenchResult bench()
      throws AdminException, IOException, InterruptedException, DraftException {
    act("The benchmark in short form, between node3 and node1");
    volume(BENCH, "node1", "encrypt");
    cluster.addDisk(BENCH, "node1", DISK_BYTES, BENCH);
    BenchMatrix matrix =
        new BenchMatrix(
            List.of(LaneKind.CSV, LaneKind.SBL),
            List.of(TransportPreference.TCP_ONLY),
            List.of(Level.CLEAR, Level.SIGN, Level.ENCRYPT),
            List.of(CipherId.AES_128_GCM),
            List.of(Load.Operation.READ),
            List.of(4 << 10, 1 << 20),
            List.of(8),
            Duration.ofSeconds(1));
    BenchSession.Place place =
        new BenchSession.Place(
            cluster.node("node3"), cluster.node("node1"), "127.0.0.1", BENCH, BENCH);
    BenchLanes lanes = new BenchLanes(cluster.administrator(), cluster.any(), BENCH, "node3");
    BenchResult result = new BenchSession(place, lanes, matrix, (cell, cells, what) -> {}).run();
    says.accept(
        "  limits: AES-128-GCM %.1f GB/s, memory copy %.1f GB/s, raw TCP %.1f GB/s"
            .formatted(
                result.limits().aesGcmBytesPerSecond() / 1e9,
                result.limits().memoryCopyBytesPerSecond() / 1e9,
                result.limits().tcpBytesPerSecond() / 1e9));
    for (BenchResult.Run run : result.runs()) {
      says.accept(
          "  %s %-7s %s %4d KiB x%d: %.2f GB/s, p50 %.0f us, %.2f CPU s/GB, failed %d"
              .formatted(
                  run.kind(),
                  run.level(),
                  run.op(),
                  run.blockBytes() >> 10,
                  run.queueDepth(),
                  run.bytesPerSecond() / 1e9,
                  run.latencyMicros().p50(),
                  run.cpuSecondsPerGigabyte(),
                  run.failed()));
    }
    return result;
  }

  private void act(String title) {
    says.accept("");
    says.accept(title);
  }
}
