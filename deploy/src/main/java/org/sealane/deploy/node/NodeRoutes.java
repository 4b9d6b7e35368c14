package org.sealane.deploy.node;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.sealane.cluster.admin.ClusterAdmin;
import org.sealane.cluster.identity.PeerPolicy;
import org.sealane.cluster.identity.TlsContexts;
import org.sealane.cluster.member.ClusterMember;
import org.sealane.cluster.member.ClusterView;
import org.sealane.cluster.member.ClusterView.NodeView;
import org.sealane.cluster.member.MemberPhase;
import org.sealane.cluster.member.NodeEndpoints;
import org.sealane.csv.volume.Volumes;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.admin.AdminReply;
import org.sealane.deploy.admin.AdminRequest;
import org.sealane.deploy.admin.AdminRoute;
import org.sealane.deploy.admin.AdminRoute.Access;
import org.sealane.deploy.admin.AdminRoute.Method;
import org.sealane.deploy.admin.BlockRoutes;
import org.sealane.deploy.admin.DocumentRoutes;
import org.sealane.deploy.admin.FileRoutes;
import org.sealane.deploy.admin.StorageRoutes;
import org.sealane.deploy.bench.BenchRoutes;
import org.sealane.deploy.bench.ScratchRoutes;
import org.sealane.deploy.config.NodeConfig;
import org.sealane.deploy.files.VolumePath;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.status.NodeStatus;
import org.sealane.deploy.units.HostPort;
import org.sealane.sbl.initiator.Disks;
import org.sealane.smb.lane.LaneNode;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.PatientShare;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this node answers on its admin port. */
final class NodeRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(NodeRoutes.class);

  private final NodeConfig config;
  private final CurrentView view;
  private final LaneNode lanes;
  private final Volumes volumes;
  private final Disks disks;
  private final NodeIdentity identity;

  /** Empty until the member has been started, which needs the admin port. */
  private volatile Optional<DocumentRoutes.Cluster> cluster = Optional.empty();

  NodeRoutes(
      NodeConfig config,
      CurrentView view,
      LaneNode lanes,
      Volumes volumes,
      Disks disks,
      NodeIdentity identity) {
    this.config = config;
    this.view = view;
    this.lanes = lanes;
    this.volumes = volumes;
    this.disks = disks;
    this.identity = identity;
  }

  List<AdminRoute> all() {
    List<AdminRoute> routes = new ArrayList<>();
    routes.add(new AdminRoute(Method.GET, NodeStatus.PATH, Access.MEMBERS, this::node));
    routes.add(new AdminRoute(Method.GET, ClusterStatus.PATH, Access.MEMBERS, this::status));
    routes.addAll(new FileRoutes(config.name(), volumes::share).routes());
    routes.addAll(new DocumentRoutes(() -> cluster).routes());
    routes.addAll(new StorageRoutes(identity.bundle().clusterId(), config.roots()).routes());
    routes.addAll(new BlockRoutes(this::disk).routes());
    routes.addAll(new BenchRoutes(targets(), lanes.lanes()).routes());
    routes.addAll(new ScratchRoutes(config.roots(), this::isVolume).routes());
    return routes;
  }

  private ShareOpen disk(String name) throws ShareException {
    return disks.open(name, new ShareBackend.Caller(config.name(), config.name()));
  }

  private boolean isVolume(String name) {
    return view.get().flatMap(shown -> shown.volume(name)).isPresent();
  }

  private BenchRoutes.Targets targets() {
    return new BenchRoutes.Targets() {
      @Override
      public ShareOpen file(String volume, String path) throws ShareException {
        CreateParameters parameters =
            new CreateParameters(
                VolumePath.path(path),
                AccessMask.FILE_READ_DATA
                    | AccessMask.FILE_WRITE_DATA
                    | AccessMask.FILE_READ_ATTRIBUTES,
                0,
                CreateParameters.SHARE_ALL,
                CreateDisposition.OPEN_IF,
                CreateOptions.NON_DIRECTORY_FILE);
        return new PatientShare(volumes.share(volume))
            .create(parameters, new ShareBackend.Caller(config.name(), config.name()));
      }

      @Override
      public ShareOpen disk(String disk) throws ShareException {
        return NodeRoutes.this.disk(disk);
      }
    };
  }

  /** From now on documents are drafted and submitted through {@code member}. */
  void administer(ClusterMember member) {
    cluster =
        Optional.of(
            new DocumentRoutes.Cluster(member, new ClusterAdmin(member, Clock.systemUTC())));
  }

  private AdminReply node(AdminRequest request) {
    return new AdminReply.Value(nodeStatus());
  }

  private NodeStatus nodeStatus() {
    Optional<ClusterView> shown = view.get();
    return new NodeStatus(
        config.name(),
        ProcessHandle.current().pid(),
        shown.map(known -> known.connection() == MemberPhase.LIVE).orElse(false),
        shown.map(ClusterView::sealed).orElse(true),
        lanes.lanes().status().stream()
            .map(lane -> StatusReport.lane(config.name(), lane, shown))
            .toList(),
        shown.map(NodeRoutes::waitsFor).orElse(Map.of()));
  }

  private static Map<String, String> waitsFor(ClusterView shown) {
    Map<String, String> waits = new TreeMap<>();
    shown
        .volumes()
        .forEach(volume -> volume.waitsFor().ifPresent(why -> waits.put(volume.name(), why)));
    return waits;
  }

  private AdminReply status(AdminRequest request) throws AdminException {
    ClusterView shown =
        view.get()
            .orElseThrow(
                () -> new AdminException(Kind.UNAVAILABLE, config.name() + " is starting"));
    return new AdminReply.Value(StatusReport.of(shown, config.zookeeper(), allNodes(shown)));
  }

  /** What every live node tells; one that does not answer is left out and logged. */
  private List<NodeStatus> allNodes(ClusterView shown) {
    List<NodeStatus> all = new ArrayList<>(List.of(nodeStatus()));
    try (ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Future<NodeStatus>> answers = new TreeMap<>();
      for (NodeView node : shown.nodes()) {
        if (node.endpoints().isPresent() && !node.name().equals(config.name())) {
          NodeEndpoints at = node.endpoints().get();
          answers.put(node.name(), asking.submit(() -> statusOf(node.name(), at)));
        }
      }
      answers.forEach((node, answer) -> {
        try {
          all.add(answer.get());
        } catch (ExecutionException e) {
          LOG.warn("node={} does not tell its status: {}", node, e.getCause().getMessage());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
    }
    return all;
  }

  private NodeStatus statusOf(String node, NodeEndpoints at) throws AdminException {
    HostPort address = new HostPort(at.admin().host(), at.admin().port());
    try (AdminClient client =
        new AdminClient(
            List.of(address),
            TlsContexts.create(
                identity.bundle().credentials()::keys,
                PeerPolicy.node(identity.bundle().clusterId(), node, view),
                Clock.systemUTC(),
                new SecureRandom()))) {
      return client.get(NodeStatus.PATH, Map.of(), NodeStatus.class);
    }
  }
}
