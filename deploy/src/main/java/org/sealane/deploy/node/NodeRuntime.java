package org.sealane.deploy.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sealane.cluster.audit.ChainedAuditLog;
import org.sealane.cluster.identity.JoinBundle;
import org.sealane.cluster.identity.PeerPolicy;
import org.sealane.cluster.identity.TlsContexts;
import org.sealane.cluster.member.ClusterMember;
import org.sealane.cluster.member.ClusterView;
import org.sealane.cluster.member.MemberPhase;
import org.sealane.cluster.ownership.OwnerTerm;
import org.sealane.cluster.store.CuratorStore;
import org.sealane.cluster.store.StoreSettings;
import org.sealane.csv.volume.Volumes;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminRoute;
import org.sealane.deploy.admin.AdminServer;
import org.sealane.deploy.audit.AuditRoutes;
import org.sealane.deploy.config.NodeConfig;
import org.sealane.deploy.units.HostPort;
import org.sealane.sbl.initiator.Disks;
import org.sealane.smb.auth.KeyAgreement;
import org.sealane.smb.auth.NodeMechanism;
import org.sealane.smb.encryption.warmup.CipherWarmUp;
import org.sealane.smb.lane.LaneKey;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneLimits;
import org.sealane.smb.lane.LaneNode;
import org.sealane.smb.lane.LaneRules;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.Limit;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.tcp.TcpSettings;
import org.sealane.smb.transport.tcp.TcpTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything one node runs, put together: the lane listener and the lanes it opens, the files and
 * disks it serves, its membership in the cluster, its admin API and metrics. Any thread may call.
 */
public final class NodeRuntime implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeRuntime.class);

  /** What the ciphers may take to get fast before the node takes traffic. */
  private static final Duration WARM_UP_MAX = Duration.ofSeconds(2);

  /**
   * Old bytes of a lane that is not sealed must not arrive long after: the kernel gives up on them
   * after this part of the session timeout.
   */
  private static final int DELIVERY_PART = 4;

  private final NodeConfig config;
  private final JoinBundle bundle;
  private final HeldBundle held;
  private final CurrentView view = new CurrentView();
  private final LaneRules rules = new LaneRules();
  private final MemberPolicyState policies = new MemberPolicyState();
  private final Volumes volumes;
  private final Disks disks;
  private final Storage storage;
  private final FramePool pool = FramePool.ofHeapShare();

  /** Whether the administrator has barred this node. */
  private final AtomicBoolean barred = new AtomicBoolean();

  /** What is open, to be closed in the opposite order. */
  private final List<AutoCloseable> opened = new ArrayList<>();

  private AuditTrail trail;
  private LaneNode lanes;
  private UserListener users;
  private AdminServer admin;
  private MetricsServer metrics;

  /** Null until it has started, which needs the admin port. */
  private volatile ClusterMember member;

  private NodeRuntime(NodeConfig config, JoinBundle bundle) {
    this.config = config;
    this.bundle = bundle;
    this.held = new HeldBundle(config.bundle(), bundle, InstantSource.system());
    this.volumes =
        new Volumes(config.name(), view, (node, volume) -> remote(node, volume, LaneKind.CSV));
    this.disks =
        new Disks(config.name(), view, (node, volume) -> remote(node, volume, LaneKind.SBL));
    this.storage =
        new Storage(
            config.name(),
            config.roots(),
            volumes,
            disks,
            this::term,
            // Nothing is served before the trail has been started.
            (volume, what, caller) -> trail.opened(volume, what, caller));
  }

  /** Checks all that can be checked without opening a listener or reaching another host. */
  public static JoinBundle check(NodeConfig config) throws NodeStartException {
    return NodeChecks.bundle(config);
  }

  /**
   * Looks for the RDMA devices that the configuration pins. No part of the start: a node whose
   * device is gone runs on TCP.
   */
  public static void checkDevices(NodeConfig config) throws NodeStartException {
    LaneCarriers.check(config.transports(), config.lane());
  }

  /**
   * Starts the node. On return it listens and follows its cluster as far as that can be reached;
   * {@link #live} tells when it does.
   */
  public static NodeRuntime start(NodeConfig config) throws NodeStartException {
    NodeRuntime node = new NodeRuntime(config, check(config));
    try {
      node.open();
      return node;
    } catch (IOException e) {
      node.close();
      throw new NodeStartException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private void open() throws IOException {
    warmUp();
    Files.createDirectories(config.dataDirectory());
    NodeIdentity identity = new NodeIdentity(config, held);
    ChainedAuditLog audit = keep(identity.openAuditLog());
    trail = keep(AuditTrail.start(audit, System::nanoTime));
    TcpTransport transport = keep(new TcpTransport(TcpSettings.defaults(), pool));
    LaneCarriers carriers = LaneCarriers.open(config.transports(), config.lane(), pool);
    carriers.rdma().ifPresent(this::keep);
    metrics = keep(MetricsServer.start(config.metrics()));
    lanes = LaneNode.start(laneSettings(transport), carriers.preferred(), interfaces(carriers));
    NodeMetrics.register(metrics.registry(), view, lanes, pool, rules);
    carriers.rdma().ifPresent(rdma -> NodeMetrics.register(metrics.registry(), rdma));
    LaneNotes notes = new LaneNotes(Clock.systemUTC());
    lanes
        .lanes()
        .tell(event -> {
          trail.lane(event);
          notes.lane(event);
        });
    keep(storage);
    keep(lanes);
    users =
        keep(
            UserListener.start(config, view, volumes, bundle.dataKeys(), transport, trail.users()));
    NodeRoutes routes = new NodeRoutes(config, view, lanes, volumes, disks, identity);
    admin =
        keep(AdminServer.start(config.admin(), adminTls(), routes(routes, audit, notes, carriers)));
    member =
        ClusterMember.start(
            identity.memberConfig(
                laneAddress(),
                users.address(config.smb()),
                admin.address(),
                metrics.address(),
                carriers.open()),
            new CuratorStore(
                new StoreSettings(
                    config.zookeeper(), config.sessionTimeout(), config.sessionTimeout())),
            rules,
            departed -> lanes.reset(departed.node(), departed + " has left the cluster"),
            audit);
    // The member leaves after lanes and storage are closed, before the transport and the log are.
    opened.add(opened.indexOf(storage), member);
    policies.member(member.policyStates());
    routes.administer(member);
    EnrolmentWatch enrolments = new EnrolmentWatch(lanes::reset);
    OwnerLanes owners = new OwnerLanes(lanes.lanes(), volumes);
    member.onChange(view::update);
    member.onChange(enrolments::follow);
    member.onChange(storage::follow);
    member.onChange(notes::follow);
    member.onChange(owners::follow);
    member.onChange(this::bar);
    LOG.info(
        "node={} cluster={} lane={} smb={} admin={} metrics={} started",
        config.name(),
        bundle.clusterName(),
        laneAddress(),
        users.address(),
        admin.address(),
        metrics.address());
  }

  private Optional<AdminException> barredRefusal() {
    return barred.get()
        ? Optional.of(
            new AdminException(
                AdminException.Kind.BARRED,
                "node "
                    + config.name()
                    + " was revoked, or its name enrolled again: it takes no part in the cluster"
                    + " any more; ask another node"))
        : Optional.empty();
  }

  /** A node that the administrator has barred serves no lane; its admin port still tells why. */
  private void bar(ClusterView shown) {
    if (shown.connection() == MemberPhase.REVOKED && barred.compareAndSet(false, true)) {
      Thread.ofVirtual().name("barred").start(lanes::close);
    }
  }

  /** Everything that the admin port answers. */
  private List<AdminRoute> routes(
      NodeRoutes routes, ChainedAuditLog audit, LaneNotes notes, LaneCarriers carriers) {
    List<AdminRoute> all = new ArrayList<>(routes.all());
    all.addAll(new SessionRoutes(config.name(), users).routes());
    all.addAll(new CertificateRoutes(held, expires -> member.certificateRenewed(expires)).routes());
    all.addAll(
        new ExplainRoutes(
                () -> Optional.ofNullable(member),
                bundle.adminKey(),
                lanes.lanes(),
                rules,
                notes,
                carriers.rdma().isPresent(),
                Clock.systemUTC())
            .routes());
    all.replaceAll(route -> route.unless(this::barredRefusal));
    // The evidence is there to be read as long as the process is.
    all.addAll(new AuditRoutes(config.name(), audit).routes());
    return all;
  }

  private void warmUp() {
    CipherWarmUp.Report report =
        new CipherWarmUp(System::nanoTime)
            .run(WARM_UP_MAX, Set.of(CipherId.AES_128_GCM), Set.of(SigningAlgorithm.AES_GMAC));
    report
        .reached()
        .forEach(reached ->
            LOG.info(
                "warmed work={} bytesPerSecond={} steady={}",
                reached.work(),
                reached.bytesPerSecond(),
                reached.steady()));
  }

  private HostInterfaces interfaces(LaneCarriers carriers) {
    return new HostInterfaces(config.lane(), carriers::hasRdmaAt);
  }

  private LaneNode.Settings laneSettings(TcpTransport transport) {
    NodeMechanism mechanism =
        new NodeMechanism(
            held::credentials,
            view,
            List.of(KeyAgreement.X25519_MLKEM768),
            Clock.systemUTC(),
            new SecureRandom());
    return new LaneNode.Settings(
        bundle.clusterId(),
        config.name(),
        mechanism,
        transport,
        pool,
        config.lane().resolve(),
        rules,
        this::local,
        view::laneAddress,
        Map.of(Limit.CONNECTIONS, config.limits().laneConnections()),
        config.sessionTimeout().dividedBy(DELIVERY_PART),
        policies,
        LaneLimits.DEFAULT,
        trail.lanes(),
        trail.clients());
  }

  private javax.net.ssl.SSLContext adminTls() {
    return TlsContexts.create(
        () -> held.credentials().keys(),
        PeerPolicy.adminPort(bundle.clusterId(), view),
        Clock.systemUTC(),
        new SecureRandom());
  }

  private Optional<ShareBackend> local(UUID volume, LaneKind kind) {
    return switch (kind) {
      case CSV -> volumes.local(volume);
      case SBL -> disks.local(volume);
    };
  }

  private Optional<OwnerTerm> term(UUID volume) {
    return member.term(volume);
  }

  private ShareBackend remote(String node, UUID volume, LaneKind kind) {
    return lanes.lanes().share(new LaneKey(node, volume, kind));
  }

  private HostPort laneAddress() {
    InetSocketAddress bound = lanes.address();
    return config.lane().withPort(bound.getPort());
  }

  /** Completes when the node is registered in its cluster and holds its lease. */
  public CompletionStage<?> live() {
    return member.live();
  }

  /** Where the admin API listens. */
  public HostPort adminAddress() {
    return admin.address();
  }

  private <T extends AutoCloseable> T keep(T part) {
    opened.add(part);
    return part;
  }

  /**
   * Drains and leaves: no new requests, answers what is under way, makes disks durable, releases
   * the lease, ends. Idempotent.
   */
  @Override
  public void close() {
    volumes.stopWaiting();
    while (!opened.isEmpty()) {
      AutoCloseable part = opened.removeLast();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("node={} part={} not closed in order", config.name(), part, e);
      }
    }
    LOG.info("node={} stopped", config.name());
  }
}
