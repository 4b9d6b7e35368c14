package org.sealane.cluster.lane;

import java.io.IOException;
import java.net.InetAddress;
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
import java.util.function.Function;
import org.sealane.cluster.identity.ClusterCa;
import org.sealane.cluster.identity.Validity;
import org.sealane.smb.auth.Enrollment;
import org.sealane.smb.auth.KeyAgreement;
import org.sealane.smb.auth.NodeCredentials;
import org.sealane.smb.auth.NodeMechanism;
import org.sealane.smb.client.ClientEvent;
import org.sealane.smb.client.ClientListener;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.io.NetworkInterfaceInfo;
import org.sealane.smb.lane.LaneKey;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneLimits;
import org.sealane.smb.lane.LaneNode;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneResolver.LocalShares;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneRules;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.PolicyState;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.Limit;
import org.sealane.smb.server.ServerEvent;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.Transport;
import org.sealane.smb.transport.tcp.TcpSettings;
import org.sealane.smb.transport.tcp.TcpTransport;

/**
 * Two nodes of one cluster in this process, joined by real lanes over loopback TCP, without
 * ZooKeeper: tests publish the rules themselves. {@code node1} serves, {@code node2} uses.
 */
public final class TwoLaneNodes implements AutoCloseable {
  /** The first handshake of a process on an emulated processor took 20 s. */
  private static final int UNAUTHENTICATED_MILLIS = 120_000;

  private final Map<String, InetSocketAddress> addresses = new ConcurrentHashMap<>();
  private final Proof serverProof;
  private final LocalShares shares;
  private final UUID clusterId;
  private final Rdma rdma;
  private volatile Node server;
  private final Node client;

  /**
   * How a node proves itself and whom it believes.
   *
   * @param credentials its own; a test may give it what is not good
   * @param enrollment which certificates are good to it
   * @param clock by which it judges them
   * @param policies what it knows of the volumes' policies
   */
  public record Proof(
      NodeCredentials credentials, Enrollment enrollment, Clock clock, PolicyState policies) {
    /** A certificate of the cluster's CA for {@code name}, good for a day; believes every node. */
    public static Proof good(ClusterCa ca, String name) {
      return of(ca.issueNode(name, aDay()));
    }

    /** These credentials; believes every node. */
    public static Proof of(NodeCredentials credentials) {
      return new Proof(
          credentials, _ -> Enrollment.Verdict.ACCEPTED, Clock.systemUTC(), PolicyState.NONE);
    }

    public Proof believing(Enrollment other) {
      return new Proof(credentials, other, clock, policies);
    }

    public Proof at(Clock other) {
      return new Proof(credentials, enrollment, other, policies);
    }

    public Proof knowing(PolicyState other) {
      return new Proof(credentials, enrollment, clock, other);
    }
  }

  /**
   * @param shares what node1 serves; stays the caller's
   */
  public TwoLaneNodes(LocalShares shares) throws IOException {
    this(shares, ca -> Proof.good(ca, "node1"), ca -> Proof.good(ca, "node2"));
  }

  /** Makes the second transport of a node, closed with it; of node1 first. */
  @FunctionalInterface
  public interface Rdma {
    Optional<Transport> open(FramePool pool) throws IOException;

    /** The address that a node listens at, where a device has an own one. */
    default String host(String node) {
      return "127.0.0.1";
    }
  }

  /**
   * @param shares what node1 serves; stays the caller's
   * @param rdma carries lanes beside TCP
   */
  public TwoLaneNodes(LocalShares shares, Rdma rdma) throws IOException {
    this(shares, ca -> Proof.good(ca, "node1"), ca -> Proof.good(ca, "node2"), rdma);
  }

  /**
   * @param shares what node1 serves; stays the caller's
   * @param serverProof node1's, given the cluster's CA
   * @param clientProof node2's
   */
  public TwoLaneNodes(
      LocalShares shares,
      Function<ClusterCa, Proof> serverProof,
      Function<ClusterCa, Proof> clientProof)
      throws IOException {
    this(shares, serverProof, clientProof, _ -> Optional.empty());
  }

  private TwoLaneNodes(
      LocalShares shares,
      Function<ClusterCa, Proof> serverProof,
      Function<ClusterCa, Proof> clientProof,
      Rdma rdma)
      throws IOException {
    this.rdma = rdma;
    ClusterCa ca = newCa(UUID.randomUUID());
    this.clusterId = ca.clusterId();
    this.serverProof = serverProof.apply(ca);
    this.shares = shares;
    server = new Node("node1", this.serverProof, shares, new LaneRules());
    client = new Node("node2", clientProof.apply(ca), (_, _) -> Optional.empty(), new LaneRules());
  }

  /**
   * Node1 forgets all that it only remembers: every connection is dropped, and a new process takes
   * its place at another address. What it serves stays.
   */
  public void restartServer() throws IOException {
    Node old = server;
    old.lanes.server().reset(_ -> true, "restart");
    old.close();
    requireNothingKept(old);
    server = new Node("node1", serverProof, shares, old.rules);
  }

  /** A CA of the cluster with that id; each call makes another key. */
  public static ClusterCa newCa(UUID clusterId) {
    return ClusterCa.create(clusterId, "test", aDay(), new SecureRandom());
  }

  /** From some minutes ago until this time tomorrow. */
  public static Validity aDay() {
    return Validity.startingAt(Instant.now(), Duration.ofDays(1));
  }

  /** A policy with these ciphers, AES-128-GCM if none is named. */
  public static LanePolicy policy(
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

  public Node server() {
    return server;
  }

  public Node client() {
    return client;
  }

  /** Puts a rule in force on both nodes. */
  public void publish(LaneRule rule) {
    server.rules().publish(rule);
    client.rules().publish(rule);
  }

  /** What node1 serves of the volume, as node2 sees it over its lane. */
  public ShareBackend share(UUID volume, LaneKind kind) {
    return client.lanes().lanes().share(new LaneKey("node1", volume, kind));
  }

  /** Payload bytes of all lanes of node2. */
  public PayloadBytes payload() {
    return client.lanes().lanes().status().stream()
        .map(LaneStatus::payload)
        .reduce(PayloadBytes.NONE, PayloadBytes::plus);
  }

  /** Closes both and checks that no frame's memory was kept. */
  @Override
  public void close() {
    client.close();
    server.close();
    requireNothingKept(client);
    requireNothingKept(server);
  }

  private static void requireNothingKept(Node node) {
    if (node.pool.outstandingBytes() != 0) {
      throw new AssertionError(node.pool.outstandingBytes() + " bytes of frames were kept");
    }
  }

  /** One of them. */
  public final class Node {
    private final FramePool pool = new FramePool(256 << 20, 32 << 20);
    private final TcpTransport transport = new TcpTransport(TcpSettings.defaults(), pool);
    private final LaneRules rules;
    private final List<ServerEvent> events = new CopyOnWriteArrayList<>();
    private final List<ClientEvent> clientEvents = new CopyOnWriteArrayList<>();
    private final LaneNode lanes;
    private final Optional<Transport> second;

    private Node(String name, Proof proof, LocalShares shares, LaneRules rules) throws IOException {
      this.rules = rules;
      this.second = rdma.open(pool);
      NodeMechanism mechanism =
          new NodeMechanism(
              proof::credentials,
              proof.enrollment(),
              List.of(KeyAgreement.X25519_MLKEM768),
              proof.clock(),
              new SecureRandom());
      lanes =
          LaneNode.start(
              new LaneNode.Settings(
                  clusterId,
                  name,
                  mechanism,
                  transport,
                  pool,
                  new InetSocketAddress(rdma.host(name), 0),
                  rules,
                  shares,
                  node -> Optional.ofNullable(addresses.get(node)),
                  Map.of(Limit.UNAUTHENTICATED_MILLIS, UNAUTHENTICATED_MILLIS),
                  Duration.ofSeconds(5),
                  proof.policies(),
                  LaneLimits.DEFAULT,
                  events::add,
                  new ClientListener() {
                    @Override
                    public void onEvent(ClientEvent event) {
                      clientEvents.add(event);
                    }
                  }),
              second,
              this::interfaces);
      addresses.put(name, lanes.address());
    }

    private List<NetworkInterfaceInfo> interfaces() {
      return List.of(
          new NetworkInterfaceInfo(
              1,
              second.isPresent() ? NetworkInterfaceInfo.RDMA_CAPABLE : 0,
              1_000_000_000L,
              InetAddress.getLoopbackAddress().getAddress()));
    }

    public LaneRules rules() {
      return rules;
    }

    public LaneNode lanes() {
      return lanes;
    }

    /** What its lane listener reported so far. */
    public List<ServerEvent> events() {
      return new ArrayList<>(events);
    }

    /** What the lanes it opened reported so far. */
    public List<ClientEvent> clientEvents() {
      return new ArrayList<>(clientEvents);
    }

    private void close() {
      lanes.close();
      second.ifPresent(Transport::close);
      transport.close();
    }
  }
}
