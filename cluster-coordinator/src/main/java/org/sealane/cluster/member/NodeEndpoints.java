package org.sealane.cluster.member;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a node tells the others of itself.
 *
 * @param lane listener for lanes, nodes only
 * @param smb listener for users' clients
 * @param admin listener for administrators
 * @param metrics URL of its metrics
 * @param transports as {@code tcp}, {@code rdma:software}, {@code rdma:rdma-core:mlx5_0}
 * @param version of Sealane
 * @param pid its process id
 * @param certificateExpires when its certificate ends
 */
public record NodeEndpoints(
    HostPort lane,
    HostPort smb,
    HostPort admin,
    Optional<String> metrics,
    List<String> transports,
    String version,
    long pid,
    Instant certificateExpires) {
  public NodeEndpoints {
    transports = List.copyOf(transports);
  }

  /** The same, with a certificate that ends at {@code expires}. */
  NodeEndpoints renewed(Instant expires) {
    return new NodeEndpoints(lane, smb, admin, metrics, transports, version, pid, expires);
  }
}
