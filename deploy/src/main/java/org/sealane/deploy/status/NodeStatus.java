package org.sealane.deploy.status;

import java.util.List;
import java.util.Map;

/**
 * What one node tells of itself.
 *
 * @param pid its process id
 * @param live whether it is registered and follows its cluster
 * @param sealed whether it sends only encrypted, since it holds no lease
 * @param lanes the lanes it opened
 * @param waitsFor by volume of which it is a candidate, what it waits for before it owns the volume
 *     or gives it away
 */
public record NodeStatus(
    String name,
    long pid,
    boolean live,
    boolean sealed,
    List<ClusterStatus.Lane> lanes,
    Map<String, String> waitsFor) {
  /** Where a node's admin API serves it. */
  public static final String PATH = "/v1/node";

  public NodeStatus {
    lanes = List.copyOf(lanes);
    waitsFor = Map.copyOf(waitsFor);
  }
}
