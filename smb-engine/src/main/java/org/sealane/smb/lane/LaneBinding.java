package org.sealane.smb.lane;

import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What the keys of a lane's session are bound to: the context of the TLS exporter. Two lanes never
 * share a binding, since the client gives each a serial of its own.
 *
 * @param clusterId the cluster both nodes belong to
 * @param clientNode name of the node that opened the lane
 * @param serverNode name of the node it meant to reach
 * @param volume the volume whose traffic the lane carries
 * @param kind what the lane carries
 * @param serial number of the lane, unique for the client node and its process
 */
public record LaneBinding(
    UUID clusterId, String clientNode, String serverNode, UUID volume, LaneKind kind, long serial) {

  /** The most characters of a node's name; ASCII letters, digits, dot and hyphen. */
  public static final int NODE_NAME_CHARS_MAX = 63;

  private static final Pattern NODE_NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0," + (NODE_NAME_CHARS_MAX - 1) + "}");

  public LaneBinding {
    requireNodeName(clientNode);
    requireNodeName(serverNode);
  }

  /** True for a node's name: such letters, and the first neither a dot nor a hyphen. */
  public static boolean isNodeName(String name) {
    return NODE_NAME.matcher(name).matches();
  }

  private static void requireNodeName(String name) {
    if (!isNodeName(name)) {
      throw new IllegalArgumentException(
          "node name '" + name + "': letters, digits, '.', '-', at most " + NODE_NAME_CHARS_MAX);
    }
  }
}
