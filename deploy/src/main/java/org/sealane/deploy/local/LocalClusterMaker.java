package org.sealane.deploy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.sealane.deploy.config.LaneTransport;
import org.sealane.deploy.config.NodeConfig;
import org.sealane.deploy.config.NodeConfigFile;
import org.sealane.deploy.enrol.ClusterKeys;
import org.sealane.deploy.json.Json;
import org.sealane.deploy.local.LocalManifest.LocalNode;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.auth.CredentialsException;

/** Makes the directory of a new local cluster: keys, bundles, configurations. */
public final class LocalClusterMaker {
  /** More processes than one machine has a use for. */
  public static final int NODES_MAX = 16;

  private static final String CLUSTER_NAME = "local";
  private static final String LOOPBACK = "127.0.0.1";

  /** Short, since a node of a local cluster that is killed should not hold up a turn for long. */
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);

  /** The first node's ports; further nodes' follow. Those of the documents. */
  private static final int LANE_PORT = 4551;

  private static final int SMB_PORT = 4451;
  private static final int ADMIN_PORT = 4651;
  private static final int METRICS_PORT = 4751;
  private static final int ZOOKEEPER_PORT = 4181;

  private LocalClusterMaker() {}

  /**
   * Makes a cluster of {@code nodes} in {@code directory}, which must not hold one. The manifest is
   * written last, so that a directory that was left half made is not taken for a cluster.
   */
  public static LocalCluster make(LocalDirectory directory, int nodes)
      throws IOException, CredentialsException {
    return make(directory, nodes, List.of(LaneTransport.TCP));
  }

  /**
   * As {@link #make(LocalDirectory, int)}.
   *
   * @param transports what the nodes' lanes may travel on
   */
  public static LocalCluster make(
      LocalDirectory directory, int nodes, List<LaneTransport> transports)
      throws IOException, CredentialsException {
    Ports ports = new Ports();
    List<LocalNode> planned = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      planned.add(
          new LocalNode(
              "node" + (i + 1),
              ports.pick(LANE_PORT + i),
              ports.pick(SMB_PORT + i),
              ports.pick(ADMIN_PORT + i),
              ports.pick(METRICS_PORT + i)));
    }
    ClusterKeys keys = ClusterKeys.create(CLUSTER_NAME, directory.credentials());
    LocalManifest manifest =
        new LocalManifest(
            keys.clusterName(), keys.clusterId().toString(), ports.pick(ZOOKEEPER_PORT), planned);
    for (LocalNode node : planned) {
      makeNode(directory, keys, manifest, node, transports);
    }
    Path fresh = directory.root().resolve("cluster.json.new");
    Files.writeString(fresh, Json.pretty(manifest) + "\n");
    Files.move(fresh, directory.manifest());
    return LocalCluster.open(directory);
  }

  private static void makeNode(
      LocalDirectory directory,
      ClusterKeys keys,
      LocalManifest manifest,
      LocalNode node,
      List<LaneTransport> transports)
      throws IOException, CredentialsException {
    Files.createDirectories(directory.nodeStorage(node.name()));
    Files.createDirectories(directory.sharedStorage());
    keys.enroll(node.name()).store(directory.nodeBundle(node.name()));
    NodeConfig config =
        new NodeConfig(
            node.name(),
            directory.nodeBundle(node.name()),
            directory.nodeData(node.name()),
            List.of(directory.nodeStorage(node.name()), directory.sharedStorage()),
            LOOPBACK + ":" + manifest.zookeeperPort(),
            SESSION_TIMEOUT,
            LOOPBACK,
            new HostPort(LOOPBACK, node.lanePort()),
            new HostPort(LOOPBACK, node.smbPort()),
            new HostPort(LOOPBACK, node.adminPort()),
            new HostPort(LOOPBACK, node.metricsPort()),
            transports,
            NodeConfig.Limits.DEFAULT);
    Files.writeString(directory.nodeConfig(node.name()), NodeConfigFile.text(config));
  }
}
