package org.sealane.deploy.status;

import java.util.List;

/** What bounds users' clients on one node, as {@code server show} shows it. */
public record ClientLimits(List<Bound> limits) {
  /** Route of one node's limits. */
  public static final String PATH = "/v1/client-limits";

  public ClientLimits {
    limits = List.copyOf(limits);
  }

  /**
   * One limit.
   *
   * @param limit its key in the section {@code limits} of the node's configuration
   * @param now what counts towards it on the node; null if it is no count of the whole node
   */
  public record Bound(String node, String limit, int value, Integer now) {}
}
