package org.sealane.deploy.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.bench.BenchRoutes.LoadOrder;
import org.sealane.deploy.bench.BenchRoutes.ProcessReply;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.TransportPreference;

/**
 * Measures a matrix between two nodes: load on the one, over its lane, on a scratch volume and disk
 * that the other has. For one thread.
 */
public final class BenchSession {
  private static final long LIMIT_MILLIS = 1_000;
  private static final String FILE = "/bench";
  private static final int WARM_DEPTH = 8;

  /**
   * Where it runs.
   *
   * @param from admin API of the node that load is put on
   * @param to admin API of the node that has the volume and the disk
   * @param toHost where the raw TCP probe of that node listens
   * @param volume the scratch volume
   * @param disk the scratch disk, at least as large as the matrix's working set
   */
  public record Place(
      AdminClient from, AdminClient to, String toHost, String volume, String disk) {}

  /** What a session needs to know of a lane, and does to a policy. */
  public interface Lanes {
    /** Turns the scratch volume and returns when every node has turned. */
    void turn(BenchMatrix.Setting setting) throws AdminException, InterruptedException;

    /** Transport and provider of the lane of this kind that the load runs on now. */
    Carrier carrier(LaneKind kind) throws AdminException;
  }

  /**
   * @param signing the algorithm that the lane signs with
   */
  public record Carrier(String transport, String provider, String signing) {}

  /** Hears how far it is. */
  @FunctionalInterface
  public interface Progress {
    void at(int cell, int cells, String what);
  }

  private final Place place;
  private final Lanes lanes;
  private final BenchMatrix matrix;
  private final Progress progress;

  public BenchSession(Place place, Lanes lanes, BenchMatrix matrix, Progress progress) {
    this.place = Objects.requireNonNull(place);
    this.lanes = Objects.requireNonNull(lanes);
    this.matrix = Objects.requireNonNull(matrix);
    this.progress = Objects.requireNonNull(progress);
  }

  /**
   * Measures the limits, every cell, and the limits again: what the machine can do is the larger.
   */
  public BenchResult run() throws AdminException, IOException, InterruptedException {
    ProcessReply machine = process(place.from());
    BenchResult.Limits limits = limits(0);
    List<BenchResult.Run> runs = new ArrayList<>();
    Set<Way> warmed = new HashSet<>();
    for (BenchMatrix.Setting setting : matrix.settings()) {
      lanes.turn(setting);
      boolean first = warmed.add(new Way(setting.kind(), setting.transport()));
      warmUp(setting, first ? matrix.firstWarmUp() : BenchMatrix.WARM_UP_AGAIN, runs.size());
      for (Load.Operation operation : matrix.operations()) {
        for (int blockBytes : matrix.blockBytes()) {
          for (int queueDepth : matrix.queueDepths()) {
            progress.at(runs.size(), matrix.cells(), describe(setting, operation, blockBytes));
            runs.add(cell(setting, operation, blockBytes, queueDepth));
          }
        }
      }
    }
    BenchResult.Limits after = limits(matrix.cells());
    progress.at(matrix.cells(), matrix.cells(), "done");
    return new BenchResult(
        new BenchResult.Machine(machine.cpu(), machine.cores(), machine.jdk()),
        limits.orMore(after),
        runs);
  }

  /** What has its own code on both sides, beside what each level adds. */
  private record Way(LaneKind kind, TransportPreference transport) {}

  /**
   * Opens the lane, and has both processes compile what they run on it, so that no cell of a
   * setting is slower for being the first.
   */
  private void warmUp(BenchMatrix.Setting setting, Duration each, int cellsDone)
      throws AdminException {
    for (Load.Operation operation : matrix.operations()) {
      for (int blockBytes : matrix.outerBlockBytes()) {
        progress.at(
            cellsDone, matrix.cells(), "warming " + describe(setting, operation, blockBytes));
        LoadOrder order =
            order(setting.kind(), operation, blockBytes, WARM_DEPTH, Duration.ZERO, each);
        measure(order);
      }
    }
  }

  private static String describe(
      BenchMatrix.Setting setting, Load.Operation operation, int blockBytes) {
    return "%s %s %s %s %d KiB"
        .formatted(
            setting.kind().word(),
            setting.transport().word(),
            setting.level().word(),
            operation.word(),
            blockBytes >> 10);
  }

  private BenchResult.Limits limits(int cellsDone) throws AdminException {
    progress.at(cellsDone, matrix.cells(), "limits of the machine");
    BenchRoutes.LimitsReply machine =
        place
            .from()
            .post(
                BenchRoutes.LIMITS,
                Map.of(),
                new BenchRoutes.LimitsOrder(
                    Math.toIntExact(matrix.workingSetBytes()), LIMIT_MILLIS),
                BenchRoutes.LimitsReply.class);
    return new BenchResult.Limits(
        machine.aesGcmBytesPerSecond(), machine.memoryCopyBytesPerSecond(), rawTcp());
  }

  private double rawTcp() throws AdminException {
    int port =
        place
            .to()
            .post(
                BenchRoutes.TCP_SEND,
                Map.of(),
                new BenchRoutes.TcpSendOrder(place.toHost(), 2 * LIMIT_MILLIS),
                BenchRoutes.TcpSendReply.class)
            .port();
    return place
        .from()
        .post(
            BenchRoutes.TCP_RECEIVE,
            Map.of(),
            new BenchRoutes.TcpReceiveOrder(place.toHost(), port),
            BenchRoutes.TcpReceiveReply.class)
        .bytesPerSecond();
  }

  private BenchResult.Run cell(
      BenchMatrix.Setting setting, Load.Operation operation, int blockBytes, int queueDepth)
      throws AdminException, InterruptedException {
    LoadOrder order =
        order(
            setting.kind(),
            operation,
            blockBytes,
            queueDepth,
            BenchMatrix.WARM_UP,
            matrix.measured());
    CompletableFuture<Measurement> load =
        CompletableFuture.supplyAsync(() -> measureUnchecked(order), Thread::startVirtualThread);
    double coresBusy = coresBusy();
    Measurement measured = await(load);
    return run(setting, operation, blockBytes, queueDepth, measured, coresBusy);
  }

  private LoadOrder order(
      LaneKind kind,
      Load.Operation operation,
      int blockBytes,
      int queueDepth,
      Duration warmUp,
      Duration measured) {
    boolean csv = kind == LaneKind.CSV;
    return new LoadOrder(
        csv ? place.volume() : null,
        csv ? FILE : null,
        csv ? null : place.disk(),
        operation,
        blockBytes,
        queueDepth,
        matrix.workingSetBytes(),
        warmUp.toMillis(),
        measured.toMillis());
  }

  private Measurement measure(LoadOrder order) throws AdminException {
    return place.from().post(BenchRoutes.LOAD, Map.of(), order, Measurement.class);
  }

  private Measurement measureUnchecked(LoadOrder order) {
    try {
      return measure(order);
    } catch (AdminException e) {
      throw new CompletionException(e);
    }
  }

  private static Measurement await(CompletableFuture<Measurement> load)
      throws AdminException, InterruptedException {
    try {
      return load.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AdminException failure) {
        throw failure;
      }
      throw new IllegalStateException("a load failed in an unknown way", e.getCause());
    }
  }

  /** Processor seconds a second of both sides, while the load is measured. */
  private double coresBusy() throws AdminException, InterruptedException {
    TimeUnit.MILLISECONDS.sleep(BenchMatrix.WARM_UP.toMillis());
    ProcessReply fromBefore = process(place.from());
    ProcessReply toBefore = process(place.to());
    TimeUnit.MILLISECONDS.sleep(matrix.measured().toMillis());
    return share(fromBefore, process(place.from())) + share(toBefore, process(place.to()));
  }

  private static double share(ProcessReply before, ProcessReply after) {
    return (double) (after.cpuNanos() - before.cpuNanos()) / (after.nowNanos() - before.nowNanos());
  }

  private static ProcessReply process(AdminClient node) throws AdminException {
    return node.get(BenchRoutes.PROCESS, Map.of(), ProcessReply.class);
  }

  private BenchResult.Run run(
      BenchMatrix.Setting setting,
      Load.Operation operation,
      int blockBytes,
      int queueDepth,
      Measurement measured,
      double coresBusy)
      throws AdminException {
    Carrier carrier = lanes.carrier(setting.kind());
    return new BenchResult.Run(
        setting.kind().word(),
        carrier.transport(),
        carrier.provider(),
        setting.level().word(),
        setting.level() == Level.ENCRYPT ? setting.cipher().word() : null,
        setting.level() == Level.SIGN ? carrier.signing() : null,
        operation.word(),
        blockBytes,
        queueDepth,
        measured.bytesPerSecond(),
        measured.firstSecondBytesPerSecond(),
        measured.operationsPerSecond(),
        measured.latencyMicros(),
        coresBusy / (measured.bytesPerSecond() / 1e9),
        measured.failed());
  }
}
