package org.sealane.deploy.local;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.sealane.deploy.local.LocalManifest.LocalNode;
import org.sealane.deploy.units.HostPort;

/** Waits until every process of a local cluster does its work, or one of them has ended. */
public final class Readiness {
  /** How often a node that is not ready is asked again. */
  private static final Duration ASK_EVERY = Duration.ofMillis(100);

  private final LocalCluster cluster;
  private final Probe probe;

  /** Asks one node whether it is ready. */
  @FunctionalInterface
  public interface Probe {
    /** Whether the node that administers at {@code address} sees {@code nodes} live nodes. */
    boolean isReady(HostPort address, int nodes);
  }

  public Readiness(LocalCluster cluster, Probe probe) {
    this.cluster = cluster;
    this.probe = probe;
  }

  /**
   * Blocks until every node sees all nodes live. A process that was running before the cluster was
   * started and ends now is started again; for one that was started just now and ended, this fails
   * with an IOException that names it and its last words, or who is not ready in time.
   *
   * @param progress told of each node that has become ready
   */
  public void await(Duration limit, Consumer<String> progress)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    Set<LocalNode> waiting = new LinkedHashSet<>(cluster.manifest().nodes());
    while (!waiting.isEmpty()) {
      requireAllRunning();
      for (LocalNode node : List.copyOf(waiting)) {
        HostPort address = new HostPort("127.0.0.1", node.adminPort());
        if (probe.isReady(address, cluster.manifest().nodes().size())) {
          waiting.remove(node);
          progress.accept(node.name());
        }
      }
      if (!waiting.isEmpty()) {
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "not ready after %d s: %s; see %s"
                  .formatted(
                      limit.toSeconds(),
                      waiting.stream().map(LocalNode::name).toList(),
                      cluster.directory().log(waiting.iterator().next().name())));
        }
        pauseOrExit(waiting.iterator().next().name());
      }
    }
  }

  private void requireAllRunning() throws IOException {
    for (String name : cluster.processNames()) {
      if (cluster.running(name).isEmpty() && !cluster.startAgain(name)) {
        throw new IOException(
            name
                + " has ended: "
                + cluster.lastWords(name).orElse("it said nothing")
                + " (log: "
                + cluster.directory().log(name)
                + ")");
      }
    }
  }

  /** Waits a little, or until the process named has ended. */
  private void pauseOrExit(String name) throws IOException, InterruptedException {
    Optional<ProcessRecord> process = cluster.running(name);
    if (process.isPresent()) {
      process.get().awaitExit(ASK_EVERY);
    }
  }
}
