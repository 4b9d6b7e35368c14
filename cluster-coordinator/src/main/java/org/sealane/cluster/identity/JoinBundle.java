package org.sealane.cluster.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.UUID;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.NodeCredentials;
import org.sealane.smb.auth.Pem;

/**
 * What a node takes home when it is enrolled: one JSON file, secret because the node's private key
 * is in it. All that a node believes about its cluster starts here.
 *
 * @param clusterName the cluster's name, which ZooKeeper's paths carry
 * @param credentials the node's key and certificate, and the CA
 * @param adminKey verifies the cluster's documents
 * @param epochFloor no document of a lower epoch is believed, so that a node which joins late can
 *     not be given an old policy
 */
public record JoinBundle(
    String clusterName, NodeCredentials credentials, PublicKey adminKey, long epochFloor) {

  private static final String FORMAT = "sealane-join-bundle/1";

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  public JoinBundle {
    if (epochFloor < 0) {
      throw new IllegalArgumentException("epoch floor " + epochFloor + " is negative");
    }
  }

  /** The cluster that the node's certificate names. */
  public UUID clusterId() {
    return credentials.identity().clusterId();
  }

  /** The node's name, as its certificate has it. */
  public String node() {
    return credentials.identity().name();
  }

  /** The same bundle with renewed credentials. */
  public JoinBundle with(NodeCredentials renewed) {
    return new JoinBundle(clusterName, renewed, adminKey, epochFloor);
  }

  /** Writes the file with mode 0600, whole or not at all. Replaces one of that name. */
  public void store(Path file) throws CredentialsException {
    ObjectNode json = JSON.createObjectNode();
    json.put("format", FORMAT);
    json.put("clusterName", clusterName);
    json.put("clusterId", clusterId().toString());
    json.put("node", node());
    json.put("epochFloor", epochFloor);
    json.put("adminPublicKey", Pem.encode(adminKey));
    json.put("authorities", Pem.encode(credentials.keys().authorities()));
    json.put("certificate", Pem.encode(credentials.keys().chain()));
    json.put("privateKey", Pem.encode(credentials.keys().key()));
    SecretFile.writeSecret(file, json.toPrettyString() + "\n");
  }

  /** Reads a file; blocks on the file system. */
  public static JoinBundle load(Path file) throws CredentialsException {
    String what = file.toString();
    JsonNode json = parse(SecretFile.read(file), what);
    if (!FORMAT.equals(json.path("format").asText())) {
      throw new CredentialsException(what + ": not a join bundle of format " + FORMAT);
    }
    NodeCredentials credentials =
        NodeCredentials.fromPem(
            text(json, "privateKey", what),
            text(json, "certificate", what),
            text(json, "authorities", what),
            what);
    requireSame(text(json, "node", what), credentials.identity().name(), "node", what);
    requireSame(
        text(json, "clusterId", what),
        credentials.identity().clusterId().toString(),
        "clusterId",
        what);
    JsonNode epochFloor = json.path("epochFloor");
    if (!epochFloor.canConvertToLong()
        || !epochFloor.isIntegralNumber()
        || epochFloor.asLong() < 0) {
      throw new CredentialsException(what + ": 'epochFloor' is not a number from 0 on");
    }
    return new JoinBundle(
        text(json, "clusterName", what),
        credentials,
        Pem.publicKey(text(json, "adminPublicKey", what), what),
        epochFloor.asLong());
  }

  private static JsonNode parse(String text, String what) throws CredentialsException {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      // The parser's message may quote the file, and with it the key; its position is enough.
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new CredentialsException(what + ": not JSON, line " + line);
    }
  }

  private static String text(JsonNode json, String field, String what) throws CredentialsException {
    JsonNode value = json.path(field);
    if (!value.isTextual() || value.asText().isEmpty()) {
      throw new CredentialsException(what + ": '" + field + "' is missing");
    }
    return value.asText();
  }

  private static void requireSame(String said, String certified, String field, String what)
      throws CredentialsException {
    if (!said.equals(certified)) {
      throw new CredentialsException(
          what + ": '" + field + "' is " + said + ", but the certificate says " + certified);
    }
  }

  @Override
  public String toString() {
    return "JoinBundle[" + credentials.identity().uri() + ", epochFloor=" + epochFloor + "]";
  }
}
