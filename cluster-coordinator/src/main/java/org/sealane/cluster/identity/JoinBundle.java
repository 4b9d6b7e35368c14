package org.sealane.cluster.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.EpochFloor;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.json.MalformedJsonException;
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
 * @param dataKeys open what the cluster keeps sealed in ZooKeeper
 * @param epochFloor no document of a lower epoch is believed, so that a node which joins late can
 *     not be given an old policy
 * @param documents signed ones that the node puts into ZooKeeper where they are missing: its own
 *     enrolment, so that enrolling needs no connection to the cluster
 */
public record JoinBundle(
    String clusterName,
    NodeCredentials credentials,
    PublicKey adminKey,
    NodeDataKeys dataKeys,
    EpochFloor epochFloor,
    List<SignedDocument> documents) {

  private static final String FORMAT = "sealane-join-bundle/2";

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  public JoinBundle {
    documents = List.copyOf(documents);
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
    return new JoinBundle(clusterName, renewed, adminKey, dataKeys, epochFloor, documents);
  }

  /** Writes the file with mode 0600, whole or not at all. Replaces one of that name. */
  public void store(Path file) throws CredentialsException {
    ObjectNode json = JSON.createObjectNode();
    json.put("format", FORMAT);
    json.put("clusterName", clusterName);
    json.put("clusterId", clusterId().toString());
    json.put("node", node());
    ObjectNode floorJson = json.putObject("epochFloor");
    Map<String, Long> epochs = new TreeMap<>();
    epochFloor.epochs().forEach((key, epoch) -> epochs.put(key.toString(), epoch));
    epochs.forEach(floorJson::put);
    ArrayNode documentsJson = json.putArray("documents");
    documents.forEach(document ->
        documentsJson.add(
            Base64.getEncoder().encodeToString(DocumentCodec.encodeSigned(document))));
    json.put("adminPublicKey", Pem.encode(adminKey));
    json.put("dataKeyGeneration", dataKeys.generation());
    json.put("dataKey", dataKeys.key().text());
    json.put("dataKeyWrapping", dataKeys.wrapping().text());
    json.put("authorities", Pem.encode(credentials.keys().authorities()));
    json.put("certificate", Pem.encode(List.of(credentials.keys().certificate())));
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
    return new JoinBundle(
        text(json, "clusterName", what),
        credentials,
        Pem.publicKey(text(json, "adminPublicKey", what), what),
        dataKeys(json, what),
        epochFloor(json.path("epochFloor"), what),
        documents(json.path("documents"), what));
  }

  private static NodeDataKeys dataKeys(JsonNode json, String what) throws CredentialsException {
    JsonNode generation = json.path("dataKeyGeneration");
    if (!generation.isIntegralNumber()
        || !generation.canConvertToLong()
        || generation.asLong() < DataKeyRoot.FIRST_GENERATION) {
      throw new CredentialsException(what + ": 'dataKeyGeneration' is no number from 1 on");
    }
    return new NodeDataKeys(
        generation.asLong(),
        DataKey.parse(text(json, "dataKey", what), what),
        DataKey.parse(text(json, "dataKeyWrapping", what), what));
  }

  private static EpochFloor epochFloor(JsonNode json, String what) throws CredentialsException {
    if (!json.isObject()) {
      // Taking a missing floor for none would let an old ZooKeeper be played to the node.
      throw new CredentialsException(what + ": 'epochFloor' is missing");
    }
    Map<ObjectKey, Long> epochs = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      JsonNode epoch = entry.getValue();
      if (!epoch.isIntegralNumber() || !epoch.canConvertToLong() || epoch.asLong() < 1) {
        throw new CredentialsException(what + ": 'epochFloor' is not a table of numbers from 1 on");
      }
      epochs.put(objectKey(entry.getKey(), what), epoch.asLong());
    }
    return new EpochFloor(epochs);
  }

  /** The key that {@link ObjectKey#toString} gave as {@code text}. */
  private static ObjectKey objectKey(String text, String what) throws CredentialsException {
    String[] parts = text.split("/", -1);
    try {
      return new ObjectKey(
          DocumentKind.ofWord(parts[0]).orElseThrow(IllegalArgumentException::new),
          UUID.fromString(parts.length == 2 ? parts[1] : ""));
    } catch (IllegalArgumentException e) {
      throw new CredentialsException(what + ": 'epochFloor' names no object: " + text, e);
    }
  }

  private static List<SignedDocument> documents(JsonNode json, String what)
      throws CredentialsException {
    List<SignedDocument> documents = new ArrayList<>();
    try {
      for (JsonNode document : json) {
        documents.add(DocumentCodec.decodeSigned(Base64.getDecoder().decode(document.asText())));
      }
      return documents;
    } catch (MalformedJsonException | IllegalArgumentException e) {
      throw new CredentialsException(what + ": 'documents' holds what is no signed document", e);
    }
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
