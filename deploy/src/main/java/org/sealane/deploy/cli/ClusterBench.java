package org.sealane.deploy.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.bench.BenchLanes;
import org.sealane.deploy.bench.BenchMatrix;
import org.sealane.deploy.bench.BenchResult;
import org.sealane.deploy.bench.BenchScratch;
import org.sealane.deploy.bench.BenchSession;
import org.sealane.deploy.draft.DraftException;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.TransportPreference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A benchmark between two nodes of a cluster that is there and goes on: over a scratch volume of
 * its own, which is removed afterwards, also when the command is interrupted.
 */
final class ClusterBench {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterBench.class);

  private final AdministratorOptions cluster;
  private final String from;
  private final String to;
  private final BenchMatrix matrix;
  private final Console console;
  private volatile boolean interrupted;

  /**
   * @param from the node that load is put on
   * @param to the node that has the scratch volume
   */
  ClusterBench(
      AdministratorOptions cluster, String from, String to, BenchMatrix matrix, Console console) {
    this.cluster = cluster;
    this.from = from;
    this.to = to;
    this.matrix = matrix;
    this.console = console;
  }

  BenchResult run()
      throws CliFailure, AdminException, DraftException, IOException, InterruptedException {
    try (AdministratorOptions.Session session = cluster.open()) {
      ClusterStatus status =
          session.client().get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
      ClusterStatus.Node source = live(status, from);
      ClusterStatus.Node target = live(status, to);
      requireTransports(source);
      requireTransports(target);
      warnOfLeftOver(status);
      try (AdminClient atSource = cluster.node(session, from);
          AdminClient atTarget = cluster.node(session, to)) {
        return run(session, atSource, atTarget, target);
      }
    }
  }

  private BenchResult run(
      AdministratorOptions.Session session,
      AdminClient atSource,
      AdminClient atTarget,
      ClusterStatus.Node target)
      throws CliFailure, AdminException, DraftException, IOException, InterruptedException {
    BenchScratch scratch = new BenchScratch(session.administrator(), atTarget, to);
    Thread onInterrupt = new Thread(() -> removeOnInterrupt(scratch), "bench-scratch-remove");
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    try (scratch) {
      console.progress("making volume " + scratch.name() + " on " + to);
      scratch.make(matrix.workingSetBytes(), matrix.kinds().contains(LaneKind.SBL));
      BenchSession.Place place =
          new BenchSession.Place(
              atSource, atTarget, target.lane().host(), scratch.name(), scratch.name());
      BenchLanes lanes =
          new BenchLanes(session.administrator(), session.client(), scratch.name(), from);
      return new BenchSession(place, lanes, matrix, BenchCommand.progress(console)).run();
    } catch (AdminException e) {
      if (interrupted) {
        throw new CliFailure("interrupted; volume " + scratch.name() + " is removed", e);
      }
      throw e;
    } finally {
      forget(onInterrupt);
    }
  }

  private void removeOnInterrupt(BenchScratch scratch) {
    interrupted = true;
    try {
      scratch.close();
    } catch (AdminException e) {
      console.warn(e.getMessage());
    }
  }

  private static void forget(Thread onInterrupt) {
    try {
      Runtime.getRuntime().removeShutdownHook(onInterrupt);
    } catch (IllegalStateException e) {
      // It runs already: the command is being interrupted, and the scratch is removed there.
      LOG.debug("the command is being interrupted", e);
    }
  }

  private static ClusterStatus.Node live(ClusterStatus status, String name) throws CliFailure {
    List<String> names = status.nodes().stream().map(ClusterStatus.Node::name).toList();
    ClusterStatus.Node node =
        status.nodes().stream()
            .filter(known -> known.name().equals(name))
            .findFirst()
            .orElseThrow(() ->
                new CliFailure(
                    "there is no node " + name + "; the cluster has " + String.join(", ", names)));
    if (node.lane() == null) {
      throw new CliFailure("node " + name + " is " + node.state() + ", not live");
    }
    return node;
  }

  private void requireTransports(ClusterStatus.Node node) throws CliFailure {
    if (matrix.transports().contains(TransportPreference.RDMA_ONLY)
        && node.transports().stream().noneMatch(transport -> transport.startsWith("rdma:"))) {
      throw new CliFailure(
          "node "
              + node.name()
              + " has no RDMA transport open: set 'transports' in its configuration, see"
              + " docs/rdma.md, or measure --transport tcp");
    }
  }

  /** A benchmark that was killed could not remove its scratch volume. */
  private void warnOfLeftOver(ClusterStatus status) {
    status.volumes().stream()
        .map(ClusterStatus.Volume::name)
        .filter(name -> name.startsWith(BenchScratch.NAME_START))
        .forEach(name ->
            console.warn(
                "volume "
                    + name
                    + " is of another benchmark; if none runs, remove it with 'sealane volume"
                    + " delete "
                    + name
                    + "'"));
  }
}
