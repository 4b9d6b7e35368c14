package org.sealane.deploy.local;

import java.util.List;

/**
 * What {@code up} decided, kept in {@code cluster.json}.
 *
 * @param cluster the cluster's name
 * @param clusterId its UUID
 * @param zookeeperPort on loopback
 * @param nodes in the order of their names
 */
public record LocalManifest(
    String cluster, String clusterId, int zookeeperPort, List<LocalNode> nodes) {

  public LocalManifest {
    nodes = List.copyOf(nodes);
  }

  /** A node and its ports on loopback. */
  public record LocalNode(String name, int lanePort, int smbPort, int adminPort, int metricsPort) {}
}
