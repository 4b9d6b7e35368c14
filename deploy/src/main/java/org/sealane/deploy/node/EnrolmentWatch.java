package org.sealane.deploy.node;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.sealane.cluster.member.ClusterView;
import org.sealane.cluster.member.ClusterView.NodeState;
import org.sealane.cluster.member.ClusterView.NodeView;

/**
 * Cuts off lanes of a node whose certificate counts no longer: it was revoked, or its name was
 * enrolled again with another key. New lanes are refused by their handshake; this ends the old
 * ones. For one thread.
 */
final class EnrolmentWatch {
  private final BiConsumer<String, String> reset;

  /** The key that a node's lanes were made with; absent while it is barred. */
  private Map<String, String> keys = Map.of();

  /**
   * @param reset takes a node and why its lanes end
   */
  EnrolmentWatch(BiConsumer<String, String> reset) {
    this.reset = reset;
  }

  void follow(ClusterView view) {
    Map<String, String> now = new HashMap<>();
    for (NodeView node : view.nodes()) {
      if (node.state() != NodeState.REVOKED) {
        now.put(node.name(), node.publicKey());
      }
    }
    keys.forEach((node, key) -> {
      if (!key.equals(now.get(node))) {
        reset.accept(
            node, now.containsKey(node) ? node + " was enrolled again" : node + " was revoked");
      }
    });
    keys = now;
  }
}
