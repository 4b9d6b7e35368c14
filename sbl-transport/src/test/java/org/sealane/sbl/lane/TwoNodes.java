package org.sealane.sbl.lane;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.sealane.cluster.identity.ClusterCa;
import org.sealane.cluster.identity.Validity;
import org.sealane.sbl.initiator.DiskDirectory;
import org.sealane.sbl.initiator.Disks;
import org.sealane.smb.auth.Enrollment;
import org.sealane.smb.auth.KeyAgreement;
import org.sealane.smb.auth.NodeCredentials;
import org.sealane.smb.auth.NodeMechanism;
import org.sealane.smb.client.ClientListener;
import org.sealane.smb.lane.LaneKey;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneNode;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneRules;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ServerEvent;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.tcp.TcpSettings;
import org.sealane.smb.transport.tcp.TcpTransport;

/** Two nodes of one cluster in this process, joined by real lanes over loopback TCP. */
final class TwoNodes implements AutoCloseable {
  final Node holder;
  final Node user;
  private final Map<String, DiskDirectory.Location> locations = new ConcurrentHashMap<>();
  private final Map<String, InetSocketAddress> addresses = new ConcurrentHashMap<>();

  TwoNodes() throws IOException {
    ClusterCa ca = authority();
    holder = new Node("node1", ca.clusterId(), credentials(ca, "node1"));
    user = new Node("node2", ca.clusterId(), credentials(ca, "node2"));
  }

  static ClusterCa authority() {
    Validity validity = Validity.startingAt(Instant.now(), Duration.ofDays(1));
    return ClusterCa.create(UUID.randomUUID(), "test", validity, new SecureRandom());
  }

  static NodeCredentials credentials(ClusterCa ca, String name) {
    return ca.issueNode(name, Validity.startingAt(Instant.now(), Duration.ofDays(1)));
  }

  static LanePolicy policy(
      UUID volume, LaneKind kind, long epoch, Level level, CipherId... ciphers) {
    return new LanePolicy(
        volume,
        kind,
        epoch,
        level,
        ciphers.length == 0 ? List.of(CipherId.AES_128_GCM) : Arrays.asList(ciphers),
        List.of(SigningAlgorithm.AES_GMAC),
        TransportPreference.TCP_ONLY,
        RekeyLimits.DEFAULT);
  }

  /** Puts a rule in force on both nodes. */
  void publish(LaneRule rule) {
    holder.rules.publish(rule);
    user.rules.publish(rule);
  }

  void place(String disk, UUID volume) {
    locations.put(disk, new DiskDirectory.Location("node1", volume));
  }

  @Override
  public void close() {
    user.close();
    holder.close();
  }

  /** One of them. */
  final class Node implements AutoCloseable {
    final FramePool pool = new FramePool(256 << 20, 32 << 20);
    final TcpTransport transport = new TcpTransport(TcpSettings.defaults(), pool);
    final LaneRules rules = new LaneRules();
    final List<ServerEvent> events = new CopyOnWriteArrayList<>();
    final Disks disks;
    final LaneNode lanes;

    Node(String name, UUID clusterId, NodeCredentials credentials) throws IOException {
      disks =
          new Disks(
              name,
              disk -> Optional.ofNullable(locations.get(disk)),
              (node, volume) -> lanes().lanes().share(new LaneKey(node, volume, LaneKind.SBL)));
      NodeMechanism mechanism =
          new NodeMechanism(
              () -> credentials,
              _ -> Enrollment.Verdict.ACCEPTED,
              List.of(KeyAgreement.X25519_MLKEM768),
              Clock.systemUTC(),
              new SecureRandom());
      lanes =
          LaneNode.start(
              new LaneNode.Settings(
                  clusterId,
                  name,
                  mechanism,
                  transport,
                  pool,
                  new InetSocketAddress("127.0.0.1", 0),
                  rules,
                  (volume, kind) -> kind == LaneKind.SBL ? disks.local(volume) : Optional.empty(),
                  node -> Optional.ofNullable(addresses.get(node)),
                  Map.of(),
                  Duration.ofSeconds(5),
                  events::add,
                  ClientListener.NONE));
      addresses.put(name, lanes.address());
    }

    private LaneNode lanes() {
      return lanes;
    }

    List<ServerEvent> events() {
      return new ArrayList<>(events);
    }

    @Override
    public void close() {
      lanes.close();
      disks.close();
      transport.close();
    }
  }
}
