package org.sealane.deploy.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.DocumentMessages.PolicyDraft;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.bench.BenchRoutes;
import org.sealane.deploy.bench.BenchRoutes.LoadOrder;
import org.sealane.deploy.bench.Load;
import org.sealane.deploy.bench.Measurement;
import org.sealane.deploy.draft.DraftException;

/** Turns a volume's level while file and block load runs on its lanes. */
final class DemoTurns {
  private static final Duration LOAD = Duration.ofSeconds(15);
  private static final Duration TURN_MAX = Duration.ofSeconds(20);
  private static final long BETWEEN_MILLIS = 1_000;
  private static final int BLOCK_BYTES = 256 << 10;
  private static final int QUEUE_DEPTH = 4;
  private static final long FILE_BYTES = 32L << 20;

  private final DemoCluster cluster;

  DemoTurns(DemoCluster cluster) {
    this.cluster = cluster;
  }

  /** A load that ran meanwhile. */
  record Ran(String what, Measurement measured) {}

  /** The turns in order and the loads that ran through them. */
  record Turned(List<Turn> turns, List<Ran> loads) {
    Turned {
      turns = List.copyOf(turns);
      loads = List.copyOf(loads);
    }
  }

  /** Loads on a volume's file through one node and on a disk through another. */
  Turned turn(
      String volume, String fileThrough, String disk, String diskThrough, List<String> levels)
      throws AdminException, InterruptedException, DemoFailure {
    long started = System.nanoTime();
    Map<String, CompletableFuture<Measurement>> loads = new java.util.LinkedHashMap<>();
    loads.put("write file", start(fileThrough, file(volume, "/load-w", Load.Operation.WRITE)));
    loads.put("read file", start(fileThrough, file(volume, "/load-r", Load.Operation.READ)));
    loads.put("write disk", start(diskThrough, disk(disk)));
    List<Turn> turns = new ArrayList<>();
    for (String level : levels) {
      TimeUnit.MILLISECONDS.sleep(BETWEEN_MILLIS);
      turns.add(set(volume, level));
    }
    boolean underLoad = System.nanoTime() - started < LOAD.toNanos();
    List<Ran> ran = new ArrayList<>();
    for (var load : loads.entrySet()) {
      ran.add(new Ran(load.getKey(), await(load.getKey(), load.getValue())));
    }
    if (!underLoad) {
      throw new DemoFailure("the turns took longer than the load of " + LOAD.toSeconds() + " s");
    }
    return new Turned(turns, ran);
  }

  private static LoadOrder file(String volume, String path, Load.Operation operation) {
    return new LoadOrder(
        volume, path, null, operation, BLOCK_BYTES, QUEUE_DEPTH, FILE_BYTES, 0, LOAD.toMillis());
  }

  private static LoadOrder disk(String disk) {
    return new LoadOrder(
        null,
        null,
        disk,
        Load.Operation.WRITE,
        BLOCK_BYTES,
        QUEUE_DEPTH,
        FILE_BYTES,
        0,
        LOAD.toMillis());
  }

  private CompletableFuture<Measurement> start(String through, LoadOrder order)
      throws AdminException {
    AdminClient node = cluster.node(through);
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return node.post(BenchRoutes.LOAD, Map.of(), order, Measurement.class);
          } catch (AdminException e) {
            throw new CompletionException(e);
          }
        },
        Thread::startVirtualThread);
  }

  private Turn set(String volume, String level) throws AdminException, DemoFailure {
    PolicyDraft wanted = new PolicyDraft(volume, level, level, null, null, null, null, null);
    try {
      long epoch = cluster.administrator().setPolicy(wanted, false);
      Turn turn = cluster.administrator().awaitTurn(volume, epoch, TURN_MAX);
      if (!turn.state().equals("complete")) {
        throw new DemoFailure(
            "the turn of %s to %s is %s after %d s; missing: %s"
                .formatted(
                    volume,
                    level,
                    turn.state(),
                    TURN_MAX.toSeconds(),
                    String.join(", ", turn.missing())));
      }
      return turn;
    } catch (DraftException e) {
      throw new DemoFailure(e.getMessage(), e);
    }
  }

  private static Measurement await(String what, CompletableFuture<Measurement> load)
      throws InterruptedException, DemoFailure {
    try {
      Measurement measured = load.get();
      if (measured.failed() > 0) {
        throw new DemoFailure(what + ": " + measured.failed() + " operations failed");
      }
      return measured;
    } catch (ExecutionException e) {
      throw new DemoFailure(what + ": " + e.getCause().getMessage(), e);
    }
  }
}
