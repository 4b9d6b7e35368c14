package org.sealane.cluster.member;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.PublicKey;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.json.StrictObject;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.NodeSigner;
import org.sealane.cluster.turn.Statement;

/**
 * A node's entry among the members.
 *
 * @param member the node, its session and process
 * @param endpoints where it is reached
 * @param ahead objects of which it remembers a higher epoch than ZooKeeper has, by {@code
 *     kind/uuid}: a new epoch must be above these too
 */
public record Registration(MemberId member, NodeEndpoints endpoints, Map<String, Long> ahead) {
  /** More would mean that ZooKeeper lost everything; the repair then is not by these. */
  static final int AHEAD_MAX = 512;

  private static final int HOST_CHARS_MAX = 255;
  private static final int URL_CHARS_MAX = 512;
  private static final int WORD_CHARS_MAX = 64;
  private static final int TRANSPORTS_MAX = 16;

  /** A provider, and a device whose name the kernel limits to 63. */
  private static final int TRANSPORT_CHARS_MAX = 96;

  public Registration {
    ahead = Map.copyOf(ahead);
  }

  static String aheadName(ObjectKey key) {
    return key.toString();
  }

  /** Encodes and signs. */
  public byte[] encode(UUID clusterId, NodeSigner signer) {
    ObjectNode json = Statement.begin(clusterId, "registration", member);
    put(json.putObject("lane"), endpoints.lane());
    put(json.putObject("smb"), endpoints.smb());
    put(json.putObject("admin"), endpoints.admin());
    json.put("metrics", endpoints.metrics().orElse(null));
    ArrayNode transports = json.putArray("transports");
    endpoints.transports().forEach(transports::add);
    json.put("version", endpoints.version());
    json.put("pid", endpoints.pid());
    json.put("certificateExpires", endpoints.certificateExpires().toString());
    ObjectNode aheadJson = json.putObject("ahead");
    new TreeMap<>(ahead).forEach((name, epoch) -> aheadJson.put(name, epoch.toString()));
    return Statement.seal(json, signer);
  }

  public static Registration decode(byte[] sealed, UUID clusterId, String node, PublicKey key)
      throws MalformedJsonException {
    Statement.Opened opened = Statement.open(sealed, clusterId, "registration", node, key);
    StrictObject json = opened.json();
    NodeEndpoints endpoints;
    try {
      endpoints =
          new NodeEndpoints(
              hostPort(json.object("lane")),
              hostPort(json.object("smb")),
              hostPort(json.object("admin")),
              json.nullableString("metrics", URL_CHARS_MAX),
              json.strings("transports", TRANSPORTS_MAX, TRANSPORT_CHARS_MAX),
              json.string("version", WORD_CHARS_MAX),
              json.integer("pid", 0, Long.MAX_VALUE),
              json.instant("certificateExpires"));
    } catch (IllegalArgumentException e) {
      throw new MalformedJsonException("registration", e.getMessage());
    }
    Map<String, Long> ahead = new TreeMap<>();
    for (Map.Entry<String, String> entry :
        json.stringMap("ahead", AHEAD_MAX, WORD_CHARS_MAX).entrySet()) {
      ahead.put(entry.getKey(), epoch(json, entry.getValue()));
    }
    json.end();
    return new Registration(opened.member(), endpoints, ahead);
  }

  /** The epoch this node remembers of {@code key}, where ZooKeeper's is lower. */
  public Optional<Long> ahead(ObjectKey key) {
    return Optional.ofNullable(ahead.get(aheadName(key)));
  }

  private static long epoch(StrictObject json, String text) throws MalformedJsonException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw json.malformed("ahead", "an epoch");
    }
  }

  private static void put(ObjectNode json, HostPort address) {
    json.put("host", address.host());
    json.put("port", address.port());
  }

  private static HostPort hostPort(StrictObject json) throws MalformedJsonException {
    HostPort address =
        new HostPort(json.string("host", HOST_CHARS_MAX), (int) json.integer("port", 1, 65535));
    json.end();
    return address;
  }
}
