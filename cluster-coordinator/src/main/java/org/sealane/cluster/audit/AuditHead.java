package org.sealane.cluster.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.PublicKey;
import java.time.Instant;
import java.util.UUID;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.json.StrictJson;
import org.sealane.cluster.json.StrictObject;
import org.sealane.cluster.turn.NodeSigner;
import org.sealane.cluster.turn.Statement;

/**
 * What a node says of its log, signed with its key: where the log begins and where it ends. The
 * chain of digests carries that to every record between.
 *
 * @param first sequence of the oldest record that is kept; one above {@code sequence} if none is
 * @param firstPredecessor digest of the record before it
 * @param sequence of the newest record; 0 if there was none yet
 * @param digest of the newest record
 * @param clock when it was signed, by the node's own clock
 */
public record AuditHead(
    long first,
    DocumentDigest firstPredecessor,
    long sequence,
    DocumentDigest digest,
    Instant clock) {
  private static final int FORMAT = 1;
  private static final String STATEMENT = "audit-head";

  /** Much more than a sealed head takes. */
  public static final int BYTES_MAX = 4096;

  /** Of a log without records. */
  static AuditHead empty(Instant clock) {
    return new AuditHead(1, AuditRecord.NO_PREDECESSOR, 0, AuditRecord.NO_PREDECESSOR, clock);
  }

  byte[] seal(UUID clusterId, String node, NodeSigner signer) {
    ObjectNode json = StrictJson.object();
    json.put("format", FORMAT);
    json.put("cluster", clusterId.toString());
    json.put("statement", STATEMENT);
    json.put("node", node);
    json.put("first", first);
    json.put("firstPredecessor", firstPredecessor.hex());
    json.put("sequence", sequence);
    json.put("digest", digest.hex());
    json.put("clock", clock.toString());
    return Statement.seal(json, signer);
  }

  /** Verifies that {@code sealed} is a head of {@code node}'s log, signed with {@code key}. */
  public static AuditHead open(byte[] sealed, UUID clusterId, String node, PublicKey key)
      throws MalformedJsonException {
    StrictObject json = Statement.verify(sealed, BYTES_MAX, clusterId, STATEMENT, node, key);
    long sequence = json.integer("sequence", 0, Long.MAX_VALUE - 2);
    long first = json.integer("first", 1, sequence + 1);
    AuditHead head =
        new AuditHead(
            first,
            AuditRecord.digest(json, "firstPredecessor"),
            sequence,
            AuditRecord.digest(json, "digest"),
            json.instant("clock"));
    json.end();
    return head;
  }
}
