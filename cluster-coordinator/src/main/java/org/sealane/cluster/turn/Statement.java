package org.sealane.cluster.turn;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.json.StrictJson;
import org.sealane.cluster.json.StrictObject;

/**
 * What nodes say of themselves in ZooKeeper: JSON signed with the node's key, so that a writer of
 * ZooKeeper can not speak for a node. Each names its cluster and what it is, so that none passes
 * for another.
 */
public final class Statement {
  private static final int FORMAT = 1;
  private static final int PAYLOAD_BYTES_MAX = 192 * 1024;
  private static final int SIGNATURE_BYTES_MAX = 64;
  private static final int NODE_CHARS_MAX = 63;
  private static final int WORD_CHARS_MAX = 32;

  /** The most members that one entry names; as many as nodes a cluster may have, and their past. */
  public static final int MEMBERS_MAX = 1024;

  private Statement() {}

  /** Begins a statement of {@code member}; add what it says, then {@link #seal} it. */
  public static ObjectNode begin(UUID clusterId, String what, MemberId member) {
    ObjectNode json = StrictJson.object();
    json.put("format", FORMAT);
    json.put("cluster", clusterId.toString());
    json.put("statement", what);
    json.put("node", member.node());
    json.put("session", Long.toHexString(member.session()));
    json.put("incarnation", member.incarnation().toString());
    return json;
  }

  /** Signs a statement. */
  public static byte[] seal(ObjectNode statement, NodeSigner signer) {
    byte[] payload = StrictJson.bytes(statement);
    ObjectNode envelope = StrictJson.object();
    envelope.put("payload", payload);
    envelope.put("signature", signer.sign(payload));
    return StrictJson.bytes(envelope);
  }

  /** A statement whose signature was verified, its common fields read. */
  public record Opened(MemberId member, StrictObject json) {}

  /**
   * Verifies that {@code sealed} is a statement {@code what} of {@code node} and reads its start.
   */
  public static Opened open(byte[] sealed, UUID clusterId, String what, String node, PublicKey key)
      throws MalformedJsonException {
    StrictObject json = verify(sealed, PAYLOAD_BYTES_MAX, clusterId, what, node, key);
    return new Opened(new MemberId(node, session(json), json.uuid("incarnation")), json);
  }

  /**
   * Verifies that {@code sealed} is {@code what} of {@code node}, signed with {@code key}; what it
   * says is left to read. For what a node signs beyond its statements as a member, too.
   */
  public static StrictObject verify(
      byte[] sealed, int payloadBytesMax, UUID clusterId, String what, String node, PublicKey key)
      throws MalformedJsonException {
    StrictObject envelope = StrictJson.parse(sealed);
    byte[] payload = envelope.base64("payload", payloadBytesMax);
    byte[] signature = envelope.base64("signature", SIGNATURE_BYTES_MAX);
    envelope.end();
    if (!Ed25519.verifies(key, payload, signature)) {
      throw new MalformedJsonException("signature", "not that of node " + node);
    }
    StrictObject json = StrictJson.parse(payload);
    json.integer("format", FORMAT, FORMAT);
    if (!json.uuid("cluster").equals(clusterId)) {
      throw json.malformed("cluster", "another cluster");
    }
    if (!json.string("statement", WORD_CHARS_MAX).equals(what)) {
      throw json.malformed("statement", "not a " + what);
    }
    if (!json.string("node", NODE_CHARS_MAX).equals(node)) {
      throw json.malformed("node", "not " + node);
    }
    return json;
  }

  public static byte[] encode(UUID clusterId, LeaseRecord lease, NodeSigner signer) {
    ObjectNode json = begin(clusterId, "lease", lease.member());
    json.put("released", lease.released());
    return seal(json, signer);
  }

  public static LeaseRecord decodeLease(byte[] sealed, UUID clusterId, String node, PublicKey key)
      throws MalformedJsonException {
    Opened opened = open(sealed, clusterId, "lease", node, key);
    LeaseRecord lease = new LeaseRecord(opened.member(), opened.json().flag("released"));
    opened.json().end();
    return lease;
  }

  public static byte[] encode(UUID clusterId, LedgerEntry entry, NodeSigner signer) {
    ObjectNode json = begin(clusterId, "ledger", entry.member());
    json.put("volume", entry.volume().toString());
    json.put("epoch", entry.epoch());
    json.put("digest", entry.digest().hex());
    json.put("step", entry.step().word());
    putMembers(json.putArray("peers"), entry.peers());
    json.put("clock", entry.clock().toString());
    return seal(json, signer);
  }

  public static LedgerEntry decodeEntry(byte[] sealed, UUID clusterId, String node, PublicKey key)
      throws MalformedJsonException {
    Opened opened = open(sealed, clusterId, "ledger", node, key);
    StrictObject json = opened.json();
    UUID volume = json.uuid("volume");
    long epoch = json.integer("epoch", 1, Long.MAX_VALUE);
    DocumentDigest digest;
    try {
      digest = new DocumentDigest(json.string("digest", DocumentDigest.HEX_CHARS));
    } catch (IllegalArgumentException e) {
      throw json.malformed("digest", "a SHA-256 digest in hexadecimal");
    }
    TurnStep step =
        TurnStep.ofWord(json.string("step", WORD_CHARS_MAX))
            .orElseThrow(() -> json.malformed("step", "unknown"));
    List<MemberId> peers = members(json, "peers");
    Instant clock = json.instant("clock");
    json.end();
    return new LedgerEntry(volume, epoch, digest, step, opened.member(), peers, clock);
  }

  public static byte[] encode(UUID clusterId, FenceEntry entry, NodeSigner signer) {
    ObjectNode json = begin(clusterId, "fence", entry.member());
    json.put("volume", entry.volume().toString());
    json.put("epoch", entry.epoch());
    putMembers(json.putArray("fenced"), entry.fenced());
    json.put("clock", entry.clock().toString());
    return seal(json, signer);
  }

  public static FenceEntry decodeFence(byte[] sealed, UUID clusterId, String node, PublicKey key)
      throws MalformedJsonException {
    Opened opened = open(sealed, clusterId, "fence", node, key);
    StrictObject json = opened.json();
    UUID volume = json.uuid("volume");
    long epoch = json.integer("epoch", 1, Long.MAX_VALUE);
    List<MemberId> fenced = members(json, "fenced");
    Instant clock = json.instant("clock");
    json.end();
    return new FenceEntry(volume, epoch, opened.member(), fenced, clock);
  }

  private static long session(StrictObject json) throws MalformedJsonException {
    try {
      return Long.parseUnsignedLong(json.string("session", 16), 16);
    } catch (NumberFormatException e) {
      throw json.malformed("session", "a session id in hexadecimal");
    }
  }

  private static void putMembers(ArrayNode array, Collection<MemberId> members) {
    for (MemberId member : members) {
      ObjectNode json = array.addObject();
      json.put("node", member.node());
      json.put("session", Long.toHexString(member.session()));
      json.put("incarnation", member.incarnation().toString());
    }
  }

  private static List<MemberId> members(StrictObject json, String field)
      throws MalformedJsonException {
    List<MemberId> members = new ArrayList<>();
    for (StrictObject one : json.objects(field, MEMBERS_MAX)) {
      members.add(
          new MemberId(one.string("node", NODE_CHARS_MAX), session(one), one.uuid("incarnation")));
      one.end();
    }
    return members;
  }
}
