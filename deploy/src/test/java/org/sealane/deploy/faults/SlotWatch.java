package org.sealane.deploy.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.deploy.local.LocalManifest;

/**
 * Looks at a cluster's ZooKeeper as its nodes do: at the step of a turn as it is advanced, and at
 * who coordinates. Blocks; for one thread.
 */
final class SlotWatch {
  private final ZooKeeper zookeeper;
  private final ClusterPaths paths;

  SlotWatch(LocalManifest cluster) throws IOException {
    this.paths = new ClusterPaths(cluster.cluster());
    this.zookeeper =
        new ZooKeeper(
            "127.0.0.1:" + cluster.zookeeperPort(),
            (int) FaultCluster.SESSION_TIMEOUT.toMillis(),
            _ -> {});
  }

  /** The step of the volume's turn now; empty if none is under way. */
  Optional<TurnStep> step(UUID volume) throws KeeperException, InterruptedException {
    return step(volume, null);
  }

  private Optional<TurnStep> step(UUID volume, Watcher watcher)
      throws KeeperException, InterruptedException {
    byte[] slot = zookeeper.getData(paths.document(ObjectKey.policy(volume)), watcher, null);
    try {
      return DocumentCodec.decodeSlot(slot).turn().map(turn -> turn.step());
    } catch (MalformedJsonException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Returns at the moment the volume's next turn is advanced to {@code wanted}; false if it was
   * over before that was seen.
   */
  boolean await(UUID volume, TurnStep wanted) throws KeeperException, InterruptedException {
    boolean begun = false;
    while (true) {
      CountDownLatch changed = new CountDownLatch(1);
      Optional<TurnStep> step = step(volume, _ -> changed.countDown());
      if (step.equals(Optional.of(wanted)) || (begun && step.isEmpty())) {
        return step.isPresent();
      }
      begun |= step.isPresent();
      if (!changed.await(FaultCluster.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the turn did not come to " + wanted);
      }
    }
  }

  /** The node that coordinates turns. */
  String coordinator() throws KeeperException, InterruptedException {
    List<String> candidates = zookeeper.getChildren(paths.coordinator(), false);
    String first =
        candidates.stream()
            .min(Comparator.comparing(name -> name.substring(name.lastIndexOf('-') + 1)))
            .orElseThrow();
    byte[] name = zookeeper.getData(paths.coordinator() + "/" + first, false, null);
    return new String(name, StandardCharsets.UTF_8);
  }

  void close() throws InterruptedException {
    zookeeper.close();
  }
}
