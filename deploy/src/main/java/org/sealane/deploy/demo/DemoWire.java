package org.sealane.deploy.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.SecureRandom;
import java.util.Map;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.FileRoutes;
import org.sealane.deploy.bench.BenchRoutes;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.wire.LaneRelay;
import org.sealane.deploy.wire.WireObservation;

/**
 * A look at the real bytes of a lane: a relay in its path looks for a random canary while that
 * canary is written into a file.
 */
final class DemoWire {
  private static final int CANARY_BYTES = 32;
  private static final int CANARIES = 1_000;

  private final DemoCluster cluster;
  private final SecureRandom random = new SecureRandom();

  DemoWire(DemoCluster cluster) {
    this.cluster = cluster;
  }

  /** What a relay saw of one volume's lane. */
  record Look(String volume, String level, String path, WireObservation seen) {}

  /** Writes canaries to the volume through {@code from}, over a relay to its owner. */
  Look look(String volume, String from) throws AdminException, IOException, DemoFailure {
    ClusterStatus status = cluster.status();
    ClusterStatus.Volume known =
        status.volumes().stream()
            .filter(v -> v.name().equals(volume))
            .findFirst()
            .orElseThrow(() -> new DemoFailure("there is no volume " + volume));
    ClusterStatus.Address lane =
        status.nodes().stream()
            .filter(node -> node.name().equals(known.owner()))
            .findFirst()
            .orElseThrow(() -> new DemoFailure("volume " + volume + " has no owner"))
            .lane();
    byte[] canary = new byte[CANARY_BYTES];
    random.nextBytes(canary);
    InetSocketAddress target = new InetSocketAddress(lane.host(), lane.port());
    try (LaneRelay relay = LaneRelay.open(target, canary)) {
      detour(from, known.owner(), relay.address());
      try {
        write(volume, from, canary);
        return new Look(volume, known.csv(), "relay in the lane's path", relay.observed());
      } finally {
        cluster
            .node(from)
            .post(
                BenchRoutes.DETOUR,
                Map.of(),
                new BenchRoutes.DetourOrder(known.owner(), null, 0),
                BenchRoutes.DetourOrder.class);
      }
    }
  }

  private void detour(String from, String owner, InetSocketAddress via) throws AdminException {
    cluster
        .node(from)
        .post(
            BenchRoutes.DETOUR,
            Map.of(),
            new BenchRoutes.DetourOrder(owner, via.getHostString(), via.getPort()),
            BenchRoutes.DetourOrder.class);
  }

  private void write(String volume, String from, byte[] canary) throws AdminException {
    byte[] content = new byte[CANARIES * CANARY_BYTES];
    for (int i = 0; i < CANARIES; i++) {
      System.arraycopy(canary, 0, content, i * CANARY_BYTES, CANARY_BYTES);
    }
    cluster
        .node(from)
        .put(
            FileRoutes.FILE,
            Map.of("volume", volume, "path", "/canary"),
            BodyPublishers.ofByteArray(content));
  }

  /** Fails unless the canary was seen where it should be and only there. */
  static void judge(Look look) throws DemoFailure {
    boolean sealed = look.level().equals("encrypt");
    if (look.seen().bytes() < (long) CANARIES * CANARY_BYTES) {
      throw new DemoFailure(
          "the relay saw %d bytes of volume %s: not the whole write"
              .formatted(look.seen().bytes(), look.volume()));
    }
    if (sealed != (look.seen().canaries() == 0)) {
      throw new DemoFailure(
          "volume %s is %s, and the canary was seen %d times in clear"
              .formatted(look.volume(), look.level(), look.seen().canaries()));
    }
  }
}
