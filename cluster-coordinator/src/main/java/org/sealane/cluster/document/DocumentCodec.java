package org.sealane.cluster.document;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.json.StrictJson;
import org.sealane.cluster.json.StrictObject;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/**
 * A document's payload as JSON, and a slot around signed documents. Decoding is strict: unknown
 * kinds and fields, duplicate keys, and anything beyond a limit are refused.
 */
public final class DocumentCodec {
  /** The only format there is; another is refused, since its meaning is unknown. */
  private static final int FORMAT = 1;

  /** The longest payload: a data key with every node's copy at its limit, with room. */
  public static final int PAYLOAD_BYTES_MAX = 80 * 1024;

  private static final int SIGNATURE_BYTES_MAX = 64;
  private static final int WORD_CHARS_MAX = 32;
  private static final int ALGORITHMS_MAX = 8;

  private DocumentCodec() {}

  /** The payload of {@code document}; the same document always gives the same bytes. */
  public static byte[] encode(Document document) {
    ObjectNode json = StrictJson.object();
    json.put("format", FORMAT);
    json.put("cluster", document.clusterId().toString());
    json.put("kind", document.key().kind().word());
    json.put("object", document.key().object().toString());
    json.put("epoch", document.epoch());
    json.put("predecessor", document.predecessor().map(DocumentDigest::hex).orElse(null));
    json.put("issuedAt", document.issuedAt().toString());
    switch (document.content()) {
      case DocumentContent.Policy policy -> encodePolicy(json.putObject("content"), policy);
      case DocumentContent.Volume volume -> encodeVolume(json.putObject("content"), volume);
      case DocumentContent.Disk disk -> encodeDisk(json.putObject("content"), disk);
      case DocumentContent.Node node -> encodeNode(json.putObject("content"), node);
      case DocumentContent.User _,
          DocumentContent.Share _,
          DocumentContent.Server _,
          DocumentContent.Keytab _,
          DocumentContent.DataKeyCopies _ ->
          ClientDocuments.encode(json.putObject("content"), document.content());
      case DocumentContent.Tombstone _ -> json.putNull("content");
    }
    return StrictJson.bytes(json);
  }

  /** Reads a payload. */
  public static Document decode(byte[] payload) throws MalformedJsonException {
    if (payload.length > PAYLOAD_BYTES_MAX) {
      throw new MalformedJsonException("", payload.length + " bytes, at most " + PAYLOAD_BYTES_MAX);
    }
    StrictObject json = StrictJson.parse(payload);
    json.integer("format", FORMAT, FORMAT);
    UUID clusterId = json.uuid("cluster");
    DocumentKind kind = word(json, "kind", DocumentKind::ofWord);
    ObjectKey key = new ObjectKey(kind, json.uuid("object"));
    long epoch = json.integer("epoch", 1, Document.EPOCH_MAX);
    Optional<DocumentDigest> predecessor = digest(json, "predecessor");
    var issuedAt = json.instant("issuedAt");
    Optional<StrictObject> body = json.nullableObject("content");
    json.end();
    try {
      DocumentContent content =
          body.isPresent() ? content(kind, body.get()) : new DocumentContent.Tombstone();
      return new Document(clusterId, key, epoch, predecessor, issuedAt, content);
    } catch (IllegalArgumentException e) {
      throw new MalformedJsonException("content", e.getMessage());
    }
  }

  /** A slot as ZooKeeper and the node's memory hold it. */
  public static byte[] encodeSlot(DocumentSlot slot) {
    ObjectNode json = StrictJson.object();
    json.put("format", FORMAT);
    json.set("committed", slot.committed().map(DocumentCodec::envelope).orElse(null));
    ObjectNode turn = null;
    if (slot.turn().isPresent()) {
      turn = StrictJson.object();
      turn.put("step", slot.turn().get().step().word());
      turn.set("document", envelope(slot.turn().get().document()));
    }
    json.set("turn", turn);
    return StrictJson.bytes(json);
  }

  public static DocumentSlot decodeSlot(byte[] bytes) throws MalformedJsonException {
    StrictObject json = StrictJson.parse(bytes);
    json.integer("format", FORMAT, FORMAT);
    Optional<SignedDocument> committed = Optional.empty();
    Optional<StrictObject> committedJson = json.nullableObject("committed");
    if (committedJson.isPresent()) {
      committed = Optional.of(envelope(committedJson.get()));
    }
    Optional<DocumentSlot.Turn> turn = Optional.empty();
    Optional<StrictObject> turnJson = json.nullableObject("turn");
    if (turnJson.isPresent()) {
      TurnStep step = word(turnJson.get(), "step", TurnStep::ofWord);
      turn = Optional.of(new DocumentSlot.Turn(envelope(turnJson.get().object("document")), step));
      turnJson.get().end();
    }
    json.end();
    return new DocumentSlot(committed, turn);
  }

  /** A signed document alone, as the history of an object and a join bundle hold it. */
  public static byte[] encodeSigned(SignedDocument document) {
    return StrictJson.bytes(envelope(document));
  }

  public static SignedDocument decodeSigned(byte[] bytes) throws MalformedJsonException {
    return envelope(StrictJson.parse(bytes));
  }

  private static ObjectNode envelope(SignedDocument document) {
    ObjectNode json = StrictJson.object();
    json.put("payload", document.payload());
    json.put("signature", document.signature());
    return json;
  }

  private static SignedDocument envelope(StrictObject json) throws MalformedJsonException {
    SignedDocument document =
        new SignedDocument(
            json.base64("payload", PAYLOAD_BYTES_MAX),
            json.base64("signature", SIGNATURE_BYTES_MAX));
    json.end();
    return document;
  }

  private static void encodePolicy(ObjectNode json, DocumentContent.Policy policy) {
    json.put("csv", policy.csv().word());
    json.put("sbl", policy.sbl().word());
    ArrayNode ciphers = json.putArray("ciphers");
    policy.ciphers().forEach(cipher -> ciphers.add(cipher.word()));
    ArrayNode signing = json.putArray("signing");
    policy.signing().forEach(algorithm -> signing.add(algorithm.word()));
    json.put("transport", policy.transport().word());
    json.put("rekeyBytes", policy.rekey().bytes());
    json.put("rekeySeconds", policy.rekey().age().toSeconds());
  }

  private static void encodeVolume(ObjectNode json, DocumentContent.Volume volume) {
    json.put("name", volume.name());
    ArrayNode candidates = json.putArray("candidates");
    volume.candidates().forEach(candidates::add);
    ObjectNode paths = json.putObject("paths");
    new TreeMap<>(volume.paths()).forEach(paths::put);
    json.put("sharedBacking", volume.sharedBacking());
  }

  private static void encodeDisk(ObjectNode json, DocumentContent.Disk disk) {
    json.put("name", disk.name());
    json.put("node", disk.node());
    json.put("path", disk.path());
    json.put("sizeBytes", disk.sizeBytes());
    json.put("volume", disk.volume().toString());
  }

  private static void encodeNode(ObjectNode json, DocumentContent.Node node) {
    json.put("name", node.name());
    json.put("publicKey", node.publicKey());
    json.put("revoked", node.revoked());
  }

  private static DocumentContent content(DocumentKind kind, StrictObject json)
      throws MalformedJsonException {
    DocumentContent content =
        switch (kind) {
          case POLICY, DEFAULT_POLICY -> decodePolicy(json);
          case VOLUME -> decodeVolume(json);
          case DISK ->
              new DocumentContent.Disk(
                  json.string("name", DocumentContent.NAME_CHARS_MAX),
                  json.string("node", DocumentContent.NAME_CHARS_MAX),
                  json.string("path", DocumentContent.PATH_CHARS_MAX),
                  json.integer("sizeBytes", 1, Long.MAX_VALUE),
                  json.uuid("volume"));
          case NODE ->
              new DocumentContent.Node(
                  json.string("name", DocumentContent.NAME_CHARS_MAX),
                  json.string("publicKey", DocumentContent.Node.PUBLIC_KEY_CHARS_MAX),
                  json.flag("revoked"));
          case USER, SHARE, SERVER, KEYTAB, DATA_KEY -> ClientDocuments.decode(kind, json);
        };
    json.end();
    return content;
  }

  private static DocumentContent.Policy decodePolicy(StrictObject json)
      throws MalformedJsonException {
    Map<String, TransportPreference> transports = new HashMap<>();
    for (TransportPreference preference : TransportPreference.values()) {
      transports.put(preference.word(), preference);
    }
    return new DocumentContent.Policy(
        word(json, "csv", DocumentCodec::level),
        word(json, "sbl", DocumentCodec::level),
        words(json, "ciphers", CipherId::ofWord),
        words(json, "signing", SigningAlgorithm::ofWord),
        word(json, "transport", word -> Optional.ofNullable(transports.get(word))),
        new RekeyLimits(
            json.integer("rekeyBytes", 1, Long.MAX_VALUE),
            Duration.ofSeconds(json.integer("rekeySeconds", 1, Integer.MAX_VALUE))));
  }

  private static DocumentContent.Volume decodeVolume(StrictObject json)
      throws MalformedJsonException {
    return new DocumentContent.Volume(
        json.string("name", DocumentContent.NAME_CHARS_MAX),
        json.strings("candidates", DocumentContent.CANDIDATES_MAX, DocumentContent.NAME_CHARS_MAX),
        json.stringMap("paths", DocumentContent.CANDIDATES_MAX, DocumentContent.PATH_CHARS_MAX),
        json.flag("sharedBacking"));
  }

  private static Optional<Level> level(String word) {
    for (Level level : Level.values()) {
      if (level.word().equals(word)) {
        return Optional.of(level);
      }
    }
    return Optional.empty();
  }

  private static Optional<DocumentDigest> digest(StrictObject json, String field)
      throws MalformedJsonException {
    Optional<String> hex = json.nullableString(field, DocumentDigest.HEX_CHARS);
    try {
      return hex.map(DocumentDigest::new);
    } catch (IllegalArgumentException e) {
      throw json.malformed(field, "a SHA-256 digest in hexadecimal");
    }
  }

  static <T> T word(StrictObject json, String field, Function<String, Optional<T>> of)
      throws MalformedJsonException {
    String word = json.string(field, WORD_CHARS_MAX);
    return of.apply(word).orElseThrow(() -> json.malformed(field, "unknown: '" + word + "'"));
  }

  static <T> List<T> words(StrictObject json, String field, Function<String, Optional<T>> of)
      throws MalformedJsonException {
    List<T> values = new ArrayList<>();
    for (String word : json.strings(field, ALGORITHMS_MAX, WORD_CHARS_MAX)) {
      values.add(
          of.apply(word).orElseThrow(() -> json.malformed(field, "unknown: '" + word + "'")));
    }
    return values;
  }
}
