package org.sealane.cluster.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.json.StrictJson;
import org.sealane.cluster.json.StrictObject;

/**
 * One line of a node's log, without its line feed: {@code
 * {"sequence":7,"time":"...","node":"node1","id":5101,"kind":"document-refused","text":"...",
 * "fields":{...},"predecessor":"<64 hex digits>"}}. Its digest is the SHA-256 of exactly these
 * bytes.
 *
 * @param sequence from 1, without gaps
 * @param time by the node's own clock
 * @param node who wrote it
 * @param id of its kind
 * @param kind the kind's word; a later release may know more of them
 * @param text what happened, in words
 * @param fields what about
 * @param predecessor digest of the record before it
 */
public record AuditRecord(
    long sequence,
    Instant time,
    String node,
    int id,
    String kind,
    String text,
    Map<String, String> fields,
    DocumentDigest predecessor) {
  /** The predecessor of the first record. */
  public static final DocumentDigest NO_PREDECESSOR =
      new DocumentDigest("0".repeat(DocumentDigest.HEX_CHARS));

  /** The longest line; a field's value takes six bytes a character at worst. */
  public static final int LINE_BYTES_MAX = 64 * 1024;

  static final int FIELDS_MAX = 16;
  static final int VALUE_CHARS_MAX = 512;
  private static final int NAME_CHARS_MAX = 63;
  private static final int TEXT_CHARS_MAX = 256;
  private static final int ID_MAX = 65_535;
  private static final String CUT = "...";

  public AuditRecord {
    fields = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(fields));
  }

  /** The record of an event; values that are too long or empty are made fit. */
  static AuditRecord of(
      long sequence, Instant time, String node, AuditEvent event, DocumentDigest predecessor) {
    TreeMap<String, String> fields = new TreeMap<>();
    new TreeMap<>(event.fields())
        .entrySet().stream()
            .limit(FIELDS_MAX)
            .forEach(field -> fields.put(field.getKey(), fit(field.getValue())));
    return new AuditRecord(
        sequence,
        time,
        node,
        event.kind().id(),
        event.kind().word(),
        event.kind().text(),
        fields,
        predecessor);
  }

  private static String fit(String value) {
    if (value.isEmpty()) {
      return "-";
    }
    String cut =
        value.length() <= VALUE_CHARS_MAX
            ? value
            : value.substring(0, VALUE_CHARS_MAX - CUT.length()) + CUT;
    // A peer's UTF-16 may hold half a pair, which JSON can not.
    return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /** The line's bytes. */
  byte[] encode() {
    ObjectNode json = StrictJson.object();
    json.put("sequence", sequence);
    json.put("time", time.toString());
    json.put("node", node);
    json.put("id", id);
    json.put("kind", kind);
    json.put("text", text);
    ObjectNode named = json.putObject("fields");
    fields.forEach(named::put);
    json.put("predecessor", predecessor.hex());
    return StrictJson.bytes(json);
  }

  /** Reads a line; what is not exactly a record is refused. */
  public static AuditRecord decode(byte[] line) throws MalformedJsonException {
    StrictObject json = StrictJson.parse(line);
    long sequence = json.integer("sequence", 1, Long.MAX_VALUE - 1);
    Instant time = json.instant("time");
    String node = json.string("node", NAME_CHARS_MAX);
    int id = (int) json.integer("id", 1, ID_MAX);
    String kind = json.string("kind", NAME_CHARS_MAX);
    String text = json.string("text", TEXT_CHARS_MAX);
    Map<String, String> fields = json.stringMap("fields", FIELDS_MAX, VALUE_CHARS_MAX);
    DocumentDigest predecessor = digest(json, "predecessor");
    json.end();
    return new AuditRecord(sequence, time, node, id, kind, text, fields, predecessor);
  }

  static DocumentDigest digest(StrictObject json, String field) throws MalformedJsonException {
    try {
      return new DocumentDigest(json.string(field, DocumentDigest.HEX_CHARS));
    } catch (IllegalArgumentException e) {
      throw json.malformed(field, "a SHA-256 digest in hexadecimal");
    }
  }

  /** True if it is of that kind. */
  public boolean is(AuditKind asked) {
    return kind.equals(asked.word());
  }
}
